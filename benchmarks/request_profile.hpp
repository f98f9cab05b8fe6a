#pragma once

#include <string>

#include "benchmarks/machine_limits.hpp"

namespace sasrec::benchmarks {

/// Where the time of one request (200 items of history, on one thread) goes, by kernel, as a Markdown table. The clock
/// around each kernel adds a few per cent.
std::string request_profile(const MachineLimits& limits);

}  // namespace sasrec::benchmarks
