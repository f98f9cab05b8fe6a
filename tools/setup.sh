#!/usr/bin/env bash
# tools/setup.sh build|check|bench|containers...: installs what is missing on Debian 12, and nothing when nothing is.
#   build   compiler, libraries, PostgreSQL, librdkafka, LibTorch, dbt, Node for the web page
#   check   clang: sanitizers, fuzzers, formatting, lint; Prometheus, a Kafka broker, Schemathesis, openapi-generator with Java and Go,
#           Grafana's foundation SDK and a browser for tests
#   bench   faiss and ONNX Runtime, peers in `make bench`
#   containers   a Docker engine, which is not started, and Compose, for make test-containers
# System packages come from apt (as root, or with sudo). What Debian lacks is fetched, checked by hash, and kept outside the
# clone in ~/.cache/sasrec:
#   node-24.19.0        $SASREC_NODE names another place. Not where Node 20.19, 22.12 or a newer one is installed
#   librdkafka-2.15.1   $SASREC_LIBRDKAFKA names another place
#   libtorch-2.15.0     $SASREC_LIBTORCH names another place. With an NVIDIA GPU its CUDA libraries come too (about 3 GB;
#                       SASREC_CUDA=off leaves them out)
#   kafka-4.3.1         $SASREC_KAFKA_HOME names another place
#   checkers            $SASREC_CHECKERS names another place. A Python environment with what tools/checkers.txt lists, by
#                       version, not by hash
#   clients-1           $SASREC_CLIENTS names another place. openapi-generator, and what generated clients need to compile
#   compose-2.40.3      $SASREC_COMPOSE names another place. Not where `docker compose` is there
#   analytics           $SASREC_ANALYTICS names another place. The same with what analytics/requirements.txt lists
#   dashboards          $SASREC_DASHBOARDS names another place. The same with what deploy/grafana/requirements.txt lists
#   peers               $SASREC_PEERS names another place. The same with what benchmarks/requirements.txt lists
# May run several times at once and be interrupted at any point.
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sasrec

build_packages=(build-essential ccache cmake curl libboost-json1.81-dev libboost1.81-dev libcli11-dev libexpected-dev libfmt-dev
  libgmock-dev libgtest-dev libpq-dev libspdlog-dev libssl-dev libtomlplusplus-dev libzstd-dev ninja-build pkg-config
  postgresql-15 postgresql-client-15 prometheus-cpp-dev python3 python3-pip python3-venv unzip zlib1g-dev)
check_packages=(chromium clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev prometheus)
container_packages=(debootstrap docker.io iptables)

for part in report packages partial python python_environment node libtorch librdkafka kafka checkers clients compose analytics dashboards peers; do
  # shellcheck source=/dev/null
  source "$tools/setup/$part.sh"
done

packages=() folders=()
for part in "${@:-build}"; do
  case $part in
    build)
      packages+=("${build_packages[@]}")
      folders+=(node librdkafka libtorch analytics)
      ;;
    check)
      packages+=("${check_packages[@]}")
      mapfile -t -O "${#packages[@]}" packages < <(kafka_packages)
      mapfile -t -O "${#packages[@]}" packages < <(clients_packages)
      folders+=(kafka checkers clients dashboards)
      ;;
    containers)
      command -v dockerd >/dev/null && command -v debootstrap >/dev/null || packages+=("${container_packages[@]}")
      folders+=(compose)
      ;;
    bench) folders+=(peers) ;;
    *) fail "reading the arguments" "usage: tools/setup.sh build|check|bench|containers..." ;;
  esac
done

complete() {
  local folder
  [[ -z $(missing_packages "${packages[@]}") ]] || return
  for folder in ${folders[@]+"${folders[@]}"}; do
    "${folder}_is_there" || return
  done
}
if complete; then
  say "everything is there"
  exit 0
fi

# One at a time; whoever waited finds the work done.
mkdir -p "$cache"
exec 9>"$cache/setup.lock"
flock --nonblock 9 || { say "waiting for another set-up to end" && flock 9; }

mapfile -t missing < <(missing_packages "${packages[@]}")
[[ ${#missing[@]} == 0 ]] || install_packages "${missing[@]}"
for folder in ${folders[@]+"${folders[@]}"}; do
  "${folder}_is_there" || "install_$folder"
done
say "done"
