#include "benchmarks/same_answer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace sasrec::benchmarks {

void require_same_answer(std::span<const retrieval::ScoredItem> ours, const PeerBest& theirs, const std::string& peer) {
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i);
    const auto item = theirs.items[place].item<std::int64_t>();
    const auto score = theirs.scores[place].item<float>();
    if (ours[i].item.value != item || !(std::abs(ours[i].score - score) <= 1e-4F)) {
      throw std::runtime_error(fmt::format("place {}: ours is item {} with {}, {}'s item {} with {}", i + 1,
                                           ours[i].item.value, ours[i].score, peer, item, score));
    }
  }
}

}  // namespace sasrec::benchmarks
