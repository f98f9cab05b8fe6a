#include "monitoring/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

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

namespace {

/// The distance that chance alone explains: mean plus three deviations of the statistic for two samples of one
/// distribution. psi is about chi-squared, Jensen-Shannon an eighth of that in nats. For Kolmogorov-Smirnov it is the
/// critical value at 1 %.
double chance(Statistic statistic, const Histogram& reference, const Histogram& live) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < live.size(); ++i) used += reference[i] + live[i] > 0 ? 1U : 0U;
  const double noise = 1 / static_cast<double>(total(reference)) + 1 / static_cast<double>(total(live));
  const double freedom = std::max(1.0, static_cast<double>(used) - 1);
  const double chi_squared = (freedom + 3 * std::sqrt(2 * freedom)) * noise;
  constexpr double kSmirnov = 1.63;
  switch (statistic) {
    case Statistic::kPsi:
      return chi_squared;
    case Statistic::kJensenShannon:
      return chi_squared / (8 * std::log(2.0));
    case Statistic::kKolmogorovSmirnov:
      return kSmirnov * std::sqrt(noise);
  }
  return 0;
}

}  // namespace

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
    // Without the window itself, which would make the distance look smaller than a live window's.
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
  // A window smaller than usual is noisier. chi-squared grows with 1/n, Kolmogorov-Smirnov with 1/sqrt(n).
  const double usual = static_cast<double>(total(pooled_)) / static_cast<double>(windows_.size());
  const double smaller = std::max(1.0, usual / static_cast<double>(total(window)));
  const double factor = statistic == Statistic::kKolmogorovSmirnov ? std::sqrt(smaller) : smaller;
  return {.distance = distance(statistic, pooled_, window),
          .threshold = std::max(base_threshold(statistic) * factor, chance(statistic, pooled_, window))};
}

std::vector<Watch::Judged> Watch::take(const Histogram& window) {
  std::vector<Judged> judged;
  if (!baseline_.ready()) {
    baseline_.learn(window);
    return judged;
  }
  // beyond_ stays as it is: a quiet hour between two windows beyond the threshold does not cancel the alarm.
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
