#include "evaluation/paired.hpp"

#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

namespace sasrec::evaluation {

double PairedDifference::margin() const {
  constexpr double kOneSided95 = 1.6449;  // quantile of the normal distribution
  return kOneSided95 * error;
}

PairedDifference paired_difference(std::span<const double> first, std::span<const double> second) {
  assert(first.size() == second.size());
  const auto count = static_cast<double>(first.size());
  PairedDifference difference{.mean = 0, .error = std::numeric_limits<double>::infinity()};
  if (first.empty()) return difference;
  for (std::size_t i = 0; i < first.size(); ++i) difference.mean += (first[i] - second[i]) / count;
  if (first.size() < 2) return difference;  // one case says nothing about the spread
  double squares = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double off = first[i] - second[i] - difference.mean;
    squares += off * off;
  }
  difference.error = std::sqrt(squares / (count - 1) / count);
  return difference;
}

}  // namespace sasrec::evaluation
