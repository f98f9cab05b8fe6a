#pragma once

#include <filesystem>
#include <vector>

#include "benchmarks/machine_limits.hpp"
#include "benchmarks/report.hpp"
#include "benchmarks/sample_data.hpp"

namespace sasrec::benchmarks {

// Each checks that ours and the peers compute the same before it times them, and throws std::runtime_error if not.
// python: the interpreter of an environment that has the peers in Python.

/// One request on one thread: a history in, the ten best items out. Weights of ML-1M's size, hidden 64.
std::vector<Row> request_case(const MachineLimits& limits, const std::filesystem::path& python);

/// An epoch of training by the paper's recipe on all cores, from the time of a few steps.
std::vector<Row> training_case(const MachineLimits& limits, const Log& log);

/// The loss over a whole catalogue of 54,542 items, hidden 64, with its gradients, on all cores.
std::vector<Row> softmax_case(const MachineLimits& limits);

/// Exact search for the ten best of a million and of ten million items on one thread.
std::vector<Row> search_case(const MachineLimits& limits, const std::filesystem::path& python);

/// The same in batches of 16, on all threads.
std::vector<Row> batch_search_case(const MachineLimits& limits, const std::filesystem::path& python);

/// All users' last items ranked in the whole catalogue on all cores, with the baselines, as `sasrec evaluate` does.
std::vector<Row> evaluation_case(const MachineLimits& limits, const Log& log);

}  // namespace sasrec::benchmarks
