# faiss and ONNX Runtime, beside which `make bench` measures.
peers=${SASREC_PEERS:-$cache/peers}
peers_list=$tools/../benchmarks/requirements.txt

peers_is_there() { environment_is_there "$peers" "$peers_list"; }
install_peers() { install_environment "$peers" "$peers_list" "faiss and ONNX Runtime (70 MB)"; }
