#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "monitoring/distances.hpp"
#include "monitoring/feature.hpp"

namespace sasrec::monitoring {

/// The windows of one feature without drift, and the distance from them that a window may have. Not thread-safe.
///
/// Each reference window is compared with all the others together. The threshold of a statistic is the mean of these
/// distances plus three standard deviations, so it is wider if users and hours differ among themselves. A live window
/// smaller than the reference windows is noisier: for it the threshold grows with 1/n (with 1/sqrt(n) for
/// Kolmogorov-Smirnov). It is never below the distance that chance alone explains: reference windows that happen to be
/// equal would make it 0.
class Baseline {
 public:
  static constexpr std::size_t kMin = 10;         ///< reference windows needed before a window is judged
  static constexpr std::uint64_t kSmallest = 50;  ///< observations that a window needs to be judged or learned from

  explicit Baseline(Feature feature) : feature_(feature), pooled_(bins(feature)) {}

  /// Adds a reference window. Returns false and ignores it if it is too small or has another number of bins.
  bool learn(const Histogram& window);
  const std::vector<Histogram>& windows() const { return windows_; }
  bool ready() const { return windows_.size() >= kMin; }
  Feature feature() const { return feature_; }

  struct Verdict {
    double distance = 0;
    double threshold = 0;
  };
  /// Compares `window` with all reference windows. Requires ready() and a window of at least kSmallest observations.
  Verdict compare(Statistic statistic, const Histogram& window) const;

 private:
  double base_threshold(Statistic statistic) const;

  Feature feature_;
  std::vector<Histogram> windows_;
  Histogram pooled_;
  mutable std::map<Statistic, double> thresholds_;  // a cache, cleared by learn()
};

double distance(Statistic statistic, const Histogram& reference, const Histogram& live);

/// Judges the windows of one feature, one after the other. It raises an alarm after two windows in a row beyond the
/// threshold: a chance of one in a hundred becomes one in ten thousand.
class Watch {
 public:
  explicit Watch(Baseline baseline) : baseline_(std::move(baseline)) {}

  struct Judged {
    Statistic statistic = Statistic::kPsi;
    Baseline::Verdict verdict;
    bool alarm = false;
  };
  /// Judges a window by each statistic of the feature. While the baseline is not ready, it learns the window instead
  /// and the result is empty. A window that is too small is skipped with an empty result: the one before it still
  /// counts as the previous one.
  std::vector<Judged> take(const Histogram& window);

  const Baseline& baseline() const { return baseline_; }

 private:
  Baseline baseline_;
  std::map<Statistic, bool> beyond_;  // whether the previous window was beyond the threshold
};

}  // namespace sasrec::monitoring
