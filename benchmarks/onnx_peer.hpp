#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "base/ids.hpp"
#include "benchmarks/peer_process.hpp"
#include "benchmarks/same_answer.hpp"
#include "benchmarks/sample_data.hpp"
#include "checkpoint/config.hpp"

namespace sasrec::benchmarks {

/// One request in ONNX Runtime on one thread, in a process of its own (onnx_peer.py) that waits while it isn't asked.
/// Throws std::runtime_error if it can't be run. For the configs that LibtorchPeer is for.
class OnnxPeer {
 public:
  /// python        the interpreter of an environment that has onnxruntime and onnx
  /// k             how many items are asked for
  /// repetitions   requests that are timed as one
  OnnxPeer(const std::filesystem::path& python, const checkpoint::ModelConfig& config, const RandomWeights& weights,
           std::span<const base::ItemIndex> history, std::size_t k, std::size_t repetitions);

  const PeerBest& best() const { return best_; }

  /// Lets it answer the request `repetitions` times: milliseconds of one, CPU time of its thread.
  double time_request();

 private:
  PeerProcess process_;
  PeerBest best_;
};

}  // namespace sasrec::benchmarks
