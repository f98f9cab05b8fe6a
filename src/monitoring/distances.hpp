#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sasrec::monitoring {

/// How often each bin of a distribution was seen.
using Histogram = std::vector<std::uint64_t>;

std::uint64_t total(std::span<const std::uint64_t> counts);

// All of two histograms of equally many bins. 0 if either is empty. Bins that one of them lacks would make the first
// infinite: psi adds to each bin's share that of half an observation of the smaller one.

/// Population stability index: sum of (q - p) ln(q / p). From 0 up; not bounded.
double psi(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> live);

/// Jensen-Shannon divergence with logarithms to base 2: 0 to 1.
double jensen_shannon(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> live);

/// Kolmogorov-Smirnov: the largest difference of the two cumulative shares, looked at between bins, which are in
/// order. 0 to 1.
double kolmogorov_smirnov(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> live);

/// How unequally `counts` are spread: 0 all the same, towards 1 all in one. 0 if there is nothing.
double gini(std::vector<std::uint64_t> counts);

}  // namespace sasrec::monitoring
