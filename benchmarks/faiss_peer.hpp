#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <utility>

#include "benchmarks/timing.hpp"

namespace sasrec::benchmarks {

/// faiss's IndexFlatIP on one thread, in a process of its own (faiss_peer.py), right after ours.
class FaissPeer {
 public:
  /// python: the interpreter of an environment that has faiss
  explicit FaissPeer(std::filesystem::path python) : python_(std::move(python)) {}

  /// Of one search, a state after the other; `checked` is given the rows (from 0) that are best for each state.
  /// rows, states   [count, hidden]
  /// Throws std::runtime_error if it can't be run.
  Timing search(std::span<const float> rows, std::span<const float> states, std::size_t hidden, std::size_t k,
                std::size_t rounds, const std::function<void(std::size_t state, std::span<const long>)>& checked) const;

 private:
  std::filesystem::path python_;
};

}  // namespace sasrec::benchmarks
