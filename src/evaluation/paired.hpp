#pragma once

#include <span>

namespace sasrec::evaluation {

/// The mean difference between two models' values for the same cases.
struct PairedDifference {
  double mean = 0;
  double error = 0;  ///< standard error of the mean; infinite with fewer than two cases

  /// The distance from 0 that the mean reaches by chance: with two equal models it is below -margin in one of twenty
  /// comparisons, and above margin in another one of twenty.
  double margin() const;
};

/// Subtracts `second` from `first`, case by case. Both have one value per case, in the same order.
PairedDifference paired_difference(std::span<const double> first, std::span<const double> second);

}  // namespace sasrec::evaluation
