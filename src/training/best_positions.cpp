#include "training/best_positions.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace sasrec::training {

std::vector<std::uint32_t> best_positions(std::span<const float> scores, std::size_t count) {
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto best = std::min(count, order.size());
  // The position decides between equal scores, so that golden answers follow the engine's tie rule.
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(best),
                            [&](auto a, auto b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  order.resize(best);
  std::erase_if(order, [&](auto position) { return scores[position] == -std::numeric_limits<float>::infinity(); });
  return order;
}

}  // namespace sasrec::training
