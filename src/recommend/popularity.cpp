#include "recommend/popularity.hpp"

#include <algorithm>
#include <cstdint>

namespace sasrec::recommend {

std::vector<retrieval::ScoredItem> popular_items(std::span<const std::uint32_t> item_counts) {
  struct Counted {
    base::ItemIndex item;
    std::uint32_t count = 0;  // kept beside the score: above 2^24 different counts are equal as floats
  };
  std::vector<Counted> counted;
  counted.reserve(item_counts.size());
  for (const auto count : item_counts) {
    counted.push_back({base::ItemIndex{static_cast<std::uint32_t>(counted.size() + 1)}, count});
  }
  std::ranges::sort(counted, [](const Counted& a, const Counted& b) {
    return a.count != b.count ? a.count > b.count : a.item < b.item;
  });
  std::vector<retrieval::ScoredItem> popular;
  popular.reserve(item_counts.size());
  for (const auto& [item, count] : counted) popular.push_back({item, static_cast<float>(count)});
  return popular;
}

}  // namespace sasrec::recommend
