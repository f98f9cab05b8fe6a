#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sasrec::monitoring {

/// The number of observations in each bin of a distribution.
using Histogram = std::vector<std::uint64_t>;

std::uint64_t total(std::span<const std::uint64_t> counts);

// Each distance takes two histograms with the same number of bins, and is 0 if either is empty.

/// Population stability index: the sum of (q - p) ln(q / p), at least 0, without an upper bound. A bin that only one
/// histogram has would make it infinite, so each share is increased by half an observation of the smaller histogram.
double psi(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> live);

/// Jensen-Shannon divergence with logarithms to base 2, from 0 to 1.
double jensen_shannon(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> live);

/// Kolmogorov-Smirnov distance: the largest difference between the two cumulative shares, from 0 to 1. The bins must be
/// in order.
double kolmogorov_smirnov(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> live);

/// Gini coefficient: 0 if all counts are equal, close to 1 if one has everything. 0 if there are no counts.
double gini(std::vector<std::uint64_t> counts);

}  // namespace sasrec::monitoring
