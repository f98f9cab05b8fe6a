#include "monitoring/distances.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sasrec::monitoring {

std::uint64_t total(std::span<const std::uint64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

double psi(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> live) {
  if (total(reference) == 0 || total(live) == 0) return 0;
  const auto references = static_cast<double>(total(reference));
  const auto lives = static_cast<double>(total(live));
  // Both get the same addition. Otherwise histograms with equal shares but different totals would have a distance.
  const double added = 0.5 / std::min(references, lives);
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double p = static_cast<double>(reference[i]) / references + added;
    const double q = static_cast<double>(live[i]) / lives + added;
    sum += (q - p) * std::log(q / p);
  }
  return sum;
}

double jensen_shannon(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> live) {
  const auto references = static_cast<double>(total(reference));
  const auto lives = static_cast<double>(total(live));
  if (references == 0 || lives == 0) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double p = static_cast<double>(reference[i]) / references;
    const double q = static_cast<double>(live[i]) / lives;
    const double middle = (p + q) / 2;
    if (p > 0) sum += p * std::log2(p / middle) / 2;
    if (q > 0) sum += q * std::log2(q / middle) / 2;
  }
  return std::max(0.0, sum);  // rounding can make it slightly negative
}

double kolmogorov_smirnov(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> live) {
  const auto references = static_cast<double>(total(reference));
  const auto lives = static_cast<double>(total(live));
  if (references == 0 || lives == 0) return 0;
  // Sums of integers, so that equal distributions of different size have exactly the same shares.
  double largest = 0;
  std::uint64_t below_reference = 0;
  std::uint64_t below_live = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    below_reference += reference[i];
    below_live += live[i];
    largest = std::max(
        largest, std::abs(static_cast<double>(below_reference) / references - static_cast<double>(below_live) / lives));
  }
  return largest;
}

double gini(std::vector<std::uint64_t> counts) {
  const auto sum = static_cast<double>(total(counts));
  if (sum == 0) return 0;
  std::ranges::sort(counts);
  const auto size = static_cast<double>(counts.size());
  // The mean difference of all pairs, computed from the sorted counts in one pass.
  double weighted = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    weighted += (2 * static_cast<double>(i + 1) - size - 1) * static_cast<double>(counts[i]);
  }
  return weighted / (size * sum);
}

}  // namespace sasrec::monitoring
