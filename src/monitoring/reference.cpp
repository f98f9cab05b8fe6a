#include "monitoring/reference.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "monitoring/baseline.hpp"
#include "monitoring/spread.hpp"

namespace sasrec::monitoring {
namespace {

constexpr std::size_t kWindows = 30;
constexpr std::int64_t kDay = 86'400;

/// The n-th of `count` stretches of equally many.
template <class T>
std::span<const T> stretch(const std::vector<T>& all, std::size_t n, std::size_t count) {
  const auto begin = n * all.size() / count;
  return std::span(all).subspan(begin, (n + 1) * all.size() / count - begin);
}

std::size_t stretches(std::size_t observations) {
  return std::min<std::size_t>(kWindows, observations / Baseline::kSmallest);
}

/// Windows of a day, of the newest kWindows days.
void add_days(std::span<const Event> events, std::vector<ReferenceWindows>& features) {
  std::map<std::int64_t, std::pair<Histogram, std::unordered_map<std::uint32_t, std::uint32_t>>> days;
  const auto newest = events.back().time / kDay;
  for (const auto& event : events) {
    const auto day = event.time / kDay;
    // The first and the newest day are likely to be cut off.
    if (day == newest || day == events.front().time / kDay || newest - day > static_cast<std::int64_t>(kWindows)) {
      continue;
    }
    auto& [hours, users] = days[day];
    hours.resize(bins(Feature::kHourOfDay));
    ++hours[static_cast<std::size_t>(event.time % kDay / 3600)];
    ++users[event.user];
  }
  ReferenceWindows hours{.feature = Feature::kHourOfDay, .windows = {}};
  ReferenceWindows per_user{.feature = Feature::kInteractionsPerUser, .windows = {}};
  for (auto& [day, counted] : days) {
    Histogram window(kNumberBins);
    for (const auto& [user, count] : counted.second) ++window[number_bin(count)];
    hours.windows.push_back(std::move(counted.first));
    per_user.windows.push_back(std::move(window));
  }
  features.push_back(std::move(hours));
  features.push_back(std::move(per_user));
}

}  // namespace

std::vector<checkpoint::FeatureWindows> write_windows(std::span<const ReferenceWindows> features) {
  std::vector<checkpoint::FeatureWindows> written;
  written.reserve(features.size());
  for (const auto& [feature, windows] : features) written.push_back({std::string(name(feature)), windows});
  return written;
}

std::vector<ReferenceWindows> read_windows(std::span<const checkpoint::FeatureWindows> features) {
  std::vector<ReferenceWindows> read;
  for (const auto feature : all_features()) {
    const auto stored = std::ranges::find(features, name(feature), &checkpoint::FeatureWindows::feature);
    if (stored == features.end()) continue;
    ReferenceWindows found{.feature = feature, .windows = {}};
    std::ranges::copy_if(stored->windows, std::back_inserter(found.windows),
                         [&](const auto& window) { return window.size() == bins(feature); });
    read.push_back(std::move(found));
  }
  return read;
}

boost::json::object to_json(std::span<const ReferenceWindows> features) {
  return checkpoint::drift_json(write_windows(features));
}

std::vector<ReferenceWindows> read_windows(const boost::json::value& drift) {
  return read_windows(std::span<const checkpoint::FeatureWindows>(checkpoint::read_drift(drift)));
}

std::vector<std::uint8_t> popularity_deciles(std::span<const std::uint64_t> counts) {
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](auto a, auto b) { return counts[a] > counts[b]; });
  const auto all = static_cast<double>(std::max<std::uint64_t>(1, total(counts)));
  std::vector<std::uint8_t> deciles(counts.size());
  double before = 0;
  for (const auto item : order) {
    const auto decile = static_cast<std::size_t>(before / all * static_cast<double>(kDeciles));
    deciles[item] = static_cast<std::uint8_t>(std::min(decile, kDeciles - 1));
    before += static_cast<double>(counts[item]);
  }
  return deciles;
}

std::vector<ReferenceWindows> reference_windows(std::vector<Event> events, std::span<const std::uint8_t> deciles) {
  std::vector<ReferenceWindows> features;
  if (events.empty()) return features;
  std::ranges::stable_sort(events, {}, [](const Event& event) { return std::tuple(event.time, event.user); });
  if (events.front().time == events.back().time) return features;  // no order, no windows
  const std::size_t count = stretches(events.size());
  ReferenceWindows popularity{.feature = Feature::kItemPopularity, .windows = {}};
  ReferenceWindows lengths{.feature = Feature::kHistoryLength, .windows = {}};
  ReferenceWindows unknown{.feature = Feature::kUnknownItems, .windows = {}};
  std::vector<bool> seen(deciles.size());
  for (std::size_t window = 0; window < count; ++window) {
    Histogram by_decile(kDeciles);
    Histogram by_length(kNumberBins);
    Histogram by_novelty(2);
    const auto of_window = stretch(events, window, count);
    for (const auto& event : of_window) {
      ++by_decile[deciles[event.item]];
      // A first interaction has no history to answer from.
      if (event.position > 0) ++by_length[number_bin(event.position)];
      ++by_novelty[seen[event.item] ? 0 : 1];
    }
    for (const auto& event : of_window) seen[event.item] = true;
    popularity.windows.push_back(std::move(by_decile));
    lengths.windows.push_back(std::move(by_length));
    if (window >= count / 2) unknown.windows.push_back(std::move(by_novelty));
  }
  features.push_back(std::move(popularity));
  features.push_back(std::move(lengths));
  features.push_back(std::move(unknown));
  add_days(events, features);
  return features;
}

std::vector<ReferenceWindows> answer_windows(std::vector<HeldOutAnswer> answers,
                                             std::span<const std::uint8_t> deciles) {
  std::ranges::stable_sort(answers, {}, &HeldOutAnswer::time);
  const std::size_t count = stretches(answers.size());
  std::map<Feature, std::vector<Histogram>> windows;
  for (std::size_t window = 0; window < count; ++window) {
    const auto add = [&](Feature feature, Histogram histogram) -> Histogram& {
      return windows[feature].emplace_back(std::move(histogram));
    };
    auto& lengths = add(Feature::kHistoryLength, Histogram(kNumberBins));
    auto& users = add(Feature::kUnknownUsers, Histogram(2));
    auto& scores = add(Feature::kTopScore, Histogram(kNumberBins));
    auto& gaps = add(Feature::kScoreGap, Histogram(kNumberBins));
    auto& popularity = add(Feature::kRecommendedPopularity, Histogram(kDeciles));
    std::vector<std::uint64_t> by_item(deciles.size());
    for (const auto& answer : stretch(answers, window, count)) {
      ++users[answer.by_model ? 0 : 1];
      if (answer.history_length > 0) ++lengths[number_bin(answer.history_length)];
      if (!answer.by_model) continue;
      ++scores[number_bin(answer.top_score)];
      ++gaps[number_bin(answer.score_gap)];
      for (const auto item : answer.items) {
        ++popularity[deciles[item]];
        ++by_item[item];
      }
    }
    auto spread = spread_of(std::move(by_item));
    add(Feature::kRecommendedCoverage, std::move(spread.coverage));
    add(Feature::kRecommendedGini, std::move(spread.gini));
  }
  std::vector<ReferenceWindows> features;
  features.reserve(windows.size());
  for (auto& [feature, histograms] : windows) {
    features.push_back({.feature = feature, .windows = std::move(histograms)});
  }
  return features;
}

}  // namespace sasrec::monitoring
