#include "recommend/popularity.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace sasrec::recommend {

base::Result<std::vector<retrieval::ScoredItem>> popular_items(const boost::json::object& reference,
                                                               std::size_t items) {
  struct Counted {
    base::ItemIndex item;
    std::uint32_t count = 0;  // kept beside the score: above 2^24 different counts are equal as floats
  };
  std::vector<Counted> counted;
  counted.reserve(items);
  for (std::size_t n = 1; n <= items; ++n) counted.push_back({base::ItemIndex{static_cast<std::uint32_t>(n)}, 0});

  if (const auto* const value = reference.if_contains("item_counts")) {
    const auto* const counts = value->if_array();
    if (counts == nullptr || counts->size() != items) {
      return base::fail(base::ErrorCode::kCorrupt,
                        "reference.json: item_counts must be a list of {} numbers, one per item{}", items,
                        counts == nullptr ? "" : fmt::format("; it has {}", counts->size()));
    }
    for (std::size_t n = 0; n < items; ++n) {
      boost::system::error_code error;
      const auto count = (*counts)[n].to_number<std::uint32_t>(error);
      if (error) {
        return base::fail(base::ErrorCode::kCorrupt,
                          "reference.json: item_counts[{}] must be a whole number from 0 to {}", n,
                          std::numeric_limits<std::uint32_t>::max());
      }
      counted[n].count = count;
    }
  }

  std::ranges::sort(counted, [](const Counted& a, const Counted& b) {
    return a.count != b.count ? a.count > b.count : a.item < b.item;
  });
  std::vector<retrieval::ScoredItem> popular;
  popular.reserve(items);
  for (const auto& [item, count] : counted) popular.push_back({item, static_cast<float>(count)});
  return popular;
}

}  // namespace sasrec::recommend
