#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "monitoring/distances.hpp"
#include "monitoring/feature.hpp"

namespace sasrec::monitoring {

/// What windows of one feature looked like without drift, and how far one may be from that. Not thread-safe.
///
/// The threshold of a statistic is the mean plus three standard deviations of what it says of each reference window
/// against all the others together: users and hours that differ among themselves widen it. A smaller live window is
/// noisier: the threshold grows with 1/n (with 1/sqrt(n) for Kolmogorov-Smirnov) below the reference windows' size. It
/// is never less than what chance alone gives: reference windows that happen to be equal would make it 0.
class Baseline {
 public:
  static constexpr std::size_t kLeast = 10;       ///< reference windows before anything is judged
  static constexpr std::uint64_t kSmallest = 50;  ///< observations of a window that is judged, or learned from

  explicit Baseline(Feature feature) : feature_(feature), pooled_(bins(feature)) {}

  /// False, and nothing happens, if the window is too small or has another number of bins.
  bool learn(const Histogram& window);
  const std::vector<Histogram>& windows() const { return windows_; }
  bool ready() const { return windows_.size() >= kLeast; }
  Feature feature() const { return feature_; }

  struct Verdict {
    double distance = 0;
    double threshold = 0;
  };
  /// `window` against all reference windows. Call it when ready(), with a window of at least kSmallest.
  Verdict compare(Statistic statistic, const Histogram& window) const;

 private:
  double base_threshold(Statistic statistic) const;

  Feature feature_;
  std::vector<Histogram> windows_;
  Histogram pooled_;
  mutable std::map<Statistic, double> thresholds_;  // computed when first asked for, void when something is learned
};

double distance(Statistic statistic, const Histogram& reference, const Histogram& live);

/// Judges the windows of one feature, one after the other: an alarm is two in a row beyond the threshold, so that a
/// chance in a hundred becomes one in ten thousand.
class Watch {
 public:
  explicit Watch(Baseline baseline) : baseline_(std::move(baseline)) {}

  struct Judged {
    Statistic statistic = Statistic::kPsi;
    Baseline::Verdict verdict;
    bool alarm = false;
  };
  /// Empty while the baseline is not ready: it learns the window instead. Empty too for a window that is too small;
  /// what was before it still counts.
  std::vector<Judged> take(const Histogram& window);

  const Baseline& baseline() const { return baseline_; }

 private:
  Baseline baseline_;
  std::map<Statistic, bool> beyond_;  // the last window
};

}  // namespace sasrec::monitoring
