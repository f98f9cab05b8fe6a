#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "monitoring/distances.hpp"

namespace sasrec::monitoring {

/// Coverage and Gini depend on the number of recommendations, so they are compared on samples of this size.
inline constexpr std::size_t kSpreadSample = 500;

/// How widely recommendations are spread over items: the windows of Feature::kRecommendedCoverage and kRecommendedGini.
struct Spread {
  Histogram coverage{0, 0};  ///< different items of the sample, and the rest of it
  Histogram gini{0, 0};      ///< kSpreadSample times the Gini coefficient of the items in the sample, and the rest
};

/// The spread of a sample of kSpreadSample recommendations, drawn without replacement. The sample depends on the values
/// of `counts`, not on their order. All 0 if there are fewer recommendations.
///
/// counts   how often each item was recommended
Spread spread_of(std::vector<std::uint64_t> counts);

}  // namespace sasrec::monitoring
