#!/usr/bin/env bash
# tools/setup.sh build|check...: installs what is missing on Debian 12, and nothing when nothing is.
#   build   compiler, libraries, LibTorch
#   check   clang: sanitizers, fuzzers, formatting, lint
# System packages come from apt (as root, or with sudo). LibTorch comes from pip, checked by hash, and is unpacked outside the
# clone: $SASREC_LIBTORCH, by default ~/.cache/sasrec/libtorch-2.15.0. With an NVIDIA GPU its CUDA libraries come too
# (about 3 GB; SASREC_CUDA=off leaves them out). May run several times at once and be interrupted at any point.
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sasrec
libtorch=${SASREC_LIBTORCH:-$cache/libtorch-2.15.0}

build_packages=(build-essential ccache cmake libboost-json1.81-dev libboost1.81-dev libcli11-dev libexpected-dev libfmt-dev
  libgmock-dev libgtest-dev libssl-dev ninja-build python3 python3-pip unzip zlib1g-dev)
check_packages=(clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev)

say() { printf 'setup: %s\n' "$*"; }
fail() {
  printf 'setup: %s failed. %s\n' "$1" "$2" >&2
  exit 1
}

missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

install_packages() {
  local missing=("$@")
  local by_hand="Run as root: apt-get update && apt-get install ${missing[*]}"
  command -v apt-get >/dev/null || fail "installing packages" "This script knows Debian 12. Install what matches these packages: ${missing[*]}"
  [[ $(id -u) == 0 ]] || command -v sudo >/dev/null || fail "installing packages" "There is no sudo. $by_hand"
  export DEBIAN_FRONTEND=noninteractive
  say "apt-get update"
  as_root apt-get update -qq || fail "apt-get update" "Look at the network and /etc/apt/sources.list, then run this again."
  say "apt-get install ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 \
    -o Dpkg::Use-Pty=0 "${missing[@]}" || fail "apt-get install" "Read apt's message above. $by_hand"
}

libtorch_is_there() {
  [[ -e $libtorch/torch/lib/libtorch_cpu.so && -e $libtorch/nvidia/cu13/lib/libcudart.so.13 &&
    -n $(compgen -G "$libtorch/nvidia/*/lib/libcupti.so.13") ]]
}

cuda_is_wanted() { [[ ${SASREC_CUDA:-auto} != off ]] && command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; }
cuda_is_there() { [[ -e $libtorch/cuda-complete ]]; }

# Prints the command that runs pip: the system's, another Python's, or that of a throw-away environment.
find_pip() {
  local python
  for python in /usr/bin/python3 python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      echo "$python -m pip"
      return
    fi
  done
  python3 -m venv "$1/venv" >/dev/null && echo "$1/venv/bin/python -m pip"
}

install_libtorch() {
  local with_cuda=$1 lists=(-r "$tools/libtorch.txt") skip=('torch/lib/libtorch_cuda*' 'torch/lib/libtorch_nvshmem*' 'torch/lib/libtorch_python*') wheel pip
  [[ $(uname -m) == x86_64 ]] || fail "fetching LibTorch" "It is pinned for x86_64; this is $(uname -m). Build without the trainer: cmake --preset release -DSASREC_TRAINING=OFF"
  if [[ $with_cuda == yes ]]; then
    lists+=(-r "$tools/libtorch-cuda.txt")
    skip=()
  fi
  rm -rf "$libtorch".partial.*
  local partial=$libtorch.partial.$$
  trap 'rm -rf "$libtorch".partial.$$' EXIT
  mkdir -p "$partial/wheels" "$partial/tree"
  pip=$(find_pip "$partial") || fail "finding pip" "Install it: apt-get install python3-pip"

  say "fetching LibTorch 2.15.0 (about $([[ $with_cuda == yes ]] && echo 3.5 GB || echo 550 MB))"
  $pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes --only-binary=:all: \
    --python-version 311 --implementation cp --abi cp311 --abi none --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
    --platform manylinux_2_25_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    --dest "$partial/wheels" "${lists[@]}" ||
    fail "fetching LibTorch" "Look at pip's message above: network, disk space in $cache, or a wrong hash. Then run this again."

  say "unpacking LibTorch into $libtorch"
  for wheel in "$partial"/wheels/*.whl; do
    case $wheel in
      */torch-*) unzip -q -o "$wheel" 'torch/lib/*' 'torch/include/*' ${skip[@]+-x "${skip[@]}"} -d "$partial/tree" ;;
      *) unzip -q -o "$wheel" 'nvidia/*' -d "$partial/tree" ;;
    esac || fail "unpacking LibTorch" "Is the disk full? ($partial)"
  done
  if [[ -e $libtorch ]]; then # an older set without CUDA, or one that lost files
    cp -rlf "$partial/tree/." "$libtorch/"
  else
    mv -T "$partial/tree" "$libtorch"
  fi
  [[ $with_cuda == no ]] || touch "$libtorch/cuda-complete"
  rm -rf "$partial"
}

wanted=()
for part in "${@:-build}"; do
  case $part in
    build) wanted+=("${build_packages[@]}") ;;
    check) wanted+=("${check_packages[@]}") ;;
    *) fail "reading the arguments" "usage: tools/setup.sh build|check..." ;;
  esac
done

complete() {
  [[ -z $(missing_packages "${wanted[@]}") ]] && libtorch_is_there && { cuda_is_there || ! cuda_is_wanted; }
}
if complete; then
  say "everything is there"
  exit 0
fi

# One at a time; whoever waited finds the work done.
mkdir -p "$cache" "$(dirname "$libtorch")"
exec 9>"$cache/setup.lock"
flock --nonblock 9 || { say "waiting for another set-up to end" && flock 9; }

mapfile -t missing < <(missing_packages "${wanted[@]}")
[[ ${#missing[@]} == 0 ]] || install_packages "${missing[@]}"
if cuda_is_wanted; then
  libtorch_is_there && cuda_is_there || install_libtorch yes
else
  libtorch_is_there || install_libtorch no
fi
say "done"
