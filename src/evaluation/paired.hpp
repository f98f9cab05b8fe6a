#pragma once

#include <span>

namespace sasrec::evaluation {

/// The mean difference of two models' values for the same cases.
struct PairedDifference {
  double mean = 0;
  double error = 0;  ///< standard error of the mean; infinite with fewer than two cases

  /// How far the mean may lie from 0 by chance: with equal models it lies below -margin, or above margin, in one of
  /// twenty comparisons each.
  double margin() const;
};

/// `first` minus `second`, case by case. Both have one value a case, in the same order.
PairedDifference paired_difference(std::span<const double> first, std::span<const double> second);

}  // namespace sasrec::evaluation
