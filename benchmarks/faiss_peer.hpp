#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>

#include "benchmarks/timing.hpp"

namespace sasrec::benchmarks {

/// How faiss is asked.
struct FaissSearch {
  std::size_t hidden;
  std::size_t k;
  std::size_t rounds;
  std::size_t batch = 1;    ///< states in one search; divides their number
  std::size_t threads = 1;  ///< on one, its own time counts, else that of the clock
};

/// faiss's IndexFlatIP in a process of its own (faiss_peer.py): the time of one search, a batch of states after the
/// other.
/// python         the interpreter of an environment that has faiss
/// rows, states   [count, hidden]
/// checked        is given the rows (from 0) that are best for each state
/// Throws std::runtime_error if it can't be run.
Timing faiss_search(const std::filesystem::path& python, std::span<const float> rows, std::span<const float> states,
                    const FaissSearch& search,
                    const std::function<void(std::size_t state, std::span<const double>)>& checked);

}  // namespace sasrec::benchmarks
