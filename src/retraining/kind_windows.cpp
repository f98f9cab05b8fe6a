#include "retraining/kind_windows.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "monitoring/baseline.hpp"
#include "monitoring/feature.hpp"

namespace sasrec::retraining {
namespace {

constexpr std::size_t kWindows = 30;
constexpr std::size_t kSampled = 100'000;  // times that the stretches are told by

base::Time at(std::int64_t seconds) {
  return base::Time(std::chrono::seconds(seconds));
}

}  // namespace

base::Result<monitoring::ReferenceWindows> kind_windows(monitoring::WindowStore& store,
                                                        const dataset::LogSequences& sequences) {
  monitoring::ReferenceWindows kinds{.feature = monitoring::Feature::kKind, .windows = {}};
  const auto& all = sequences.times;
  const auto count = std::min(kWindows, all.size() / monitoring::Baseline::kSmallest);
  if (count == 0) return kinds;
  std::vector<std::int64_t> times;
  for (std::size_t i = 0; i < all.size(); i += 1 + all.size() / kSampled) times.push_back(all[i]);
  std::ranges::sort(times);
  for (std::size_t n = 0; n < count; ++n) {
    const auto begin = times[n * times.size() / count];
    const auto end = n + 1 == count ? times.back() + 1 : times[(n + 1) * times.size() / count];
    if (begin == end || times.front() == times.back()) continue;
    const auto counted = store.kinds({.begin = at(begin), .end = at(end)});
    if (!counted) return base::Failure(counted.error());
    monitoring::Histogram window(monitoring::kKindBins);
    for (const auto& [kind, number] : *counted) window[monitoring::kind_bin(kind)] += number;
    kinds.windows.push_back(std::move(window));
  }
  return kinds;
}

}  // namespace sasrec::retraining
