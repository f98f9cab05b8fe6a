#include "monitoring/baseline.hpp"

#include <algorithm>
#include <cmath>

namespace sasrec::monitoring {

double distance(Statistic statistic, const Histogram& reference, const Histogram& live) {
  switch (statistic) {
    case Statistic::kPsi:
      return psi(reference, live);
    case Statistic::kJensenShannon:
      return jensen_shannon(reference, live);
    case Statistic::kKolmogorovSmirnov:
      return kolmogorov_smirnov(reference, live);
  }
  return 0;
}

bool Baseline::learn(const Histogram& window) {
  if (window.size() != pooled_.size() || total(window) < kSmallest) return false;
  for (std::size_t i = 0; i < window.size(); ++i) pooled_[i] += window[i];
  windows_.push_back(window);
  thresholds_.clear();
  return true;
}

double Baseline::base_threshold(Statistic statistic) const {
  const auto known = thresholds_.find(statistic);
  if (known != thresholds_.end()) return known->second;
  std::vector<double> distances;
  Histogram others(pooled_.size());
  for (const auto& window : windows_) {
    std::ranges::transform(pooled_, window, others.begin(), std::minus<>());
    distances.push_back(distance(statistic, others, window));
  }
  double mean = 0;
  for (const double value : distances) mean += value / static_cast<double>(distances.size());
  double squares = 0;
  for (const double value : distances) squares += (value - mean) * (value - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(distances.size() - 1));
  constexpr double kDeviations = 3;
  return thresholds_[statistic] = mean + kDeviations * deviation;
}

Baseline::Verdict Baseline::compare(Statistic statistic, const Histogram& window) const {
  const double usual = static_cast<double>(total(pooled_)) / static_cast<double>(windows_.size());
  const double smaller = std::max(1.0, usual / static_cast<double>(total(window)));
  const double factor = statistic == Statistic::kKolmogorovSmirnov ? std::sqrt(smaller) : smaller;
  return {.distance = distance(statistic, pooled_, window), .threshold = base_threshold(statistic) * factor};
}

std::vector<Watch::Judged> Watch::take(const Histogram& window) {
  std::vector<Judged> judged;
  if (!baseline_.ready()) {
    baseline_.learn(window);
    return judged;
  }
  if (total(window) < Baseline::kSmallest) return judged;
  for (const auto statistic : statistics_of(baseline_.feature())) {
    const auto verdict = baseline_.compare(statistic, window);
    const bool beyond = verdict.distance > verdict.threshold;
    judged.push_back({.statistic = statistic, .verdict = verdict, .alarm = beyond && beyond_[statistic]});
    beyond_[statistic] = beyond;
  }
  return judged;
}

}  // namespace sasrec::monitoring
