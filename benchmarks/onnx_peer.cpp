#include "benchmarks/onnx_peer.hpp"

#include <ATen/ops/tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sasrec::benchmarks {

OnnxPeer::OnnxPeer(const std::filesystem::path& python, const checkpoint::ModelConfig& config,
                   const RandomWeights& weights, std::span<const base::ItemIndex> history, std::size_t k,
                   std::size_t repetitions) {
  for (const auto& spec : checkpoint::tensor_specs(config)) process_.write(spec.name, weights(spec.name));
  std::vector<std::int64_t> items;
  for (const auto item : history) items.push_back(item.value);
  process_.write("history", items);
  process_.start(python, "onnx_peer.py",
                 {std::to_string(config.hidden), std::to_string(config.blocks), std::to_string(config.max_length),
                  std::to_string(k), std::to_string(repetitions)});
  best_.items = at::tensor(process_.read(k)).to(at::kLong);
  best_.scores = at::tensor(process_.read(k)).to(at::kFloat);
}

double OnnxPeer::time_request() {
  process_.ask();
  return process_.read(1).front();
}

}  // namespace sasrec::benchmarks
