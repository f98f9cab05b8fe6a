#pragma once

#include <functional>

namespace sasrec::benchmarks {

/// Bytes by which the process' resident memory rises above what it is before, at most, while `run` runs.
double resident_peak_of(const std::function<void()>& run);

}  // namespace sasrec::benchmarks
