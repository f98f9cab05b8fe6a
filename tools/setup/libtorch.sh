# LibTorch for C++, from the wheels that Python's package index has.
libtorch=${SASREC_LIBTORCH:-$cache/libtorch-2.15.0}

libtorch_is_there() {
  [[ -e $libtorch/torch/lib/libtorch_cpu.so && -e $libtorch/nvidia/cu13/lib/libcudart.so.13 &&
    -n $(compgen -G "$libtorch/nvidia/*/lib/libcupti.so.13") ]] && { libtorch_cuda_is_there || ! libtorch_cuda_is_wanted; }
}
libtorch_cuda_is_there() { [[ -e $libtorch/cuda-complete ]]; }
libtorch_cuda_is_wanted() { [[ ${SASREC_CUDA:-auto} != off ]] && command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; }

install_libtorch() {
  local lists=("$tools/libtorch.txt") skip=('torch/lib/libtorch_cuda*' 'torch/lib/libtorch_nvshmem*' 'torch/lib/libtorch_python*')
  local size="550 MB" cuda=no wheel
  [[ $(uname -m) == x86_64 ]] || fail "fetching LibTorch" "It is pinned for x86_64; this is $(uname -m). Build without the trainer: cmake --preset release -DSASREC_TRAINING=OFF"
  if libtorch_cuda_is_wanted; then
    lists+=("$tools/libtorch-cuda.txt") skip=() size="3.5 GB" cuda=yes
  fi
  begin_partial "$libtorch"
  mkdir "$partial/wheels" "$partial/tree"
  find_pip "$partial"

  say "fetching LibTorch 2.15.0 (about $size)"
  download_wheels "$partial/wheels" "${lists[@]}" ||
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
  [[ $cuda == no ]] || touch "$libtorch/cuda-complete"
  end_partial
}
