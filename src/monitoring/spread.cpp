#include "monitoring/spread.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

namespace sasrec::monitoring {

Spread spread_of(std::vector<std::uint64_t> counts) {
  std::ranges::sort(counts);  // a database returns them in any order, and the sample must not depend on it
  auto left = total(counts);
  if (left < kSpreadSample) return {};
  // A fixed seed: the same window always gives the same value.
  std::mt19937_64 random(1);
  std::uint64_t wanted = kSpreadSample;
  std::vector<std::uint64_t> drawn;
  for (auto count : counts) {
    std::uint64_t taken = 0;
    for (; count > 0 && wanted > 0; --count, --left) {
      if (random() % left >= wanted) continue;  // selection sampling: each of the rest is equally likely
      ++taken;
      --wanted;
    }
    if (taken > 0) drawn.push_back(taken);
  }
  const auto parts = [](std::uint64_t share) {
    return Histogram{share, kSpreadSample - share};
  };
  const auto different = static_cast<std::uint64_t>(drawn.size());
  const double unequal = gini(std::move(drawn)) * static_cast<double>(kSpreadSample);
  return {.coverage = parts(different), .gini = parts(static_cast<std::uint64_t>(std::lround(unequal)))};
}

}  // namespace sasrec::monitoring
