#include "retrieval/item_table.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

#include "retrieval/best_items.hpp"

namespace sasrec::retrieval {
namespace {

// The number of rows scored before their scores are compared: few enough for the scores to stay in the first-level
// cache, and enough to make the comparison a small part of the work.
constexpr std::size_t kBlock = 256;

}  // namespace

Exclusions::Exclusions(std::size_t items) : stamp_(items + 1, 0) {}

void Exclusions::clear() {
  size_ = 0;
  // A new round makes all stamps old. Only after 2^32 rounds, when old stamps would become valid again, they are reset.
  if (++round_ == 0) {
    std::fill(stamp_.begin(), stamp_.end(), 0U);
    round_ = 1;
  }
}

void Exclusions::add(base::ItemIndex item) {
  assert(item.value < stamp_.size());
  if (!contains(item)) {
    stamp_[item.value] = round_;
    ++size_;
  }
}

ItemTable::ItemTable(std::span<const float> embeddings, std::size_t items, std::size_t hidden,
                     const kernels::Kernels& kernels)
    : items_(items),
      hidden_(hidden),
      stride_(kernels::round_up(hidden)),
      kernels_(&kernels),
      rows_((items + 1) * stride_) {
  assert(embeddings.size() == (items + 1) * hidden);
  for (std::size_t i = 0; i <= items; ++i) {
    std::copy_n(embeddings.data() + i * hidden, hidden, rows_.data() + i * stride_);
  }
}

std::span<const float> ItemTable::row(base::ItemIndex item) const {
  assert(item.value <= items_);
  return {rows_.data() + item.value * stride_, hidden_};
}

void ItemTable::top_k(std::span<const float> state, std::size_t k, const Exclusions& exclusions,
                      std::vector<ScoredItem>& result) const {
  assert(state.size() == hidden_);
  if (k == 0) {
    result.clear();
    return;
  }
  BestItems best(k, result);
  std::array<float, kBlock> scores;
  std::array<unsigned, kBlock> positions;
  for (std::size_t first = 1; first <= items_; first += kBlock) {
    const std::size_t count = std::min(kBlock, items_ + 1 - first);
    const auto offer = [&](std::size_t position) {
      const base::ItemIndex item{static_cast<std::uint32_t>(first + position)};
      if (!exclusions.contains(item)) {
        best.offer({item, scores[position]});
      }
    };
    kernels_->score_rows(rows_.data() + first * stride_, stride_, count, hidden_, state.data(), scores.data());
    // Until there are k items each one is taken; then a vector comparison finds the few that are above the threshold.
    // The threshold may rise meanwhile: offer() compares again.
    std::size_t seen = 0;
    for (; seen < count && !best.full(); ++seen) {
      offer(seen);
    }
    if (best.full()) {
      const std::size_t found =
          kernels_->select_above(scores.data() + seen, count - seen, best.threshold(), positions.data());
      for (std::size_t i = 0; i < found; ++i) {
        offer(seen + positions[i]);
      }
    }
  }
  best.finish();
}

float ItemTable::score(std::span<const float> state, base::ItemIndex item) const {
  assert(state.size() == hidden_ && item.value >= 1 && item.value <= items_);
  float score = 0;
  kernels_->score_rows(rows_.data() + item.value * stride_, stride_, 1, hidden_, state.data(), &score);
  return score;
}

void ItemTable::score(std::span<const float> state, std::span<const unsigned> items, std::span<float> scores) const {
  assert(state.size() == hidden_ && scores.size() >= items.size());
  kernels_->score_chosen(rows_.data(), stride_, items.data(), items.size(), hidden_, state.data(), scores.data());
}

void ItemTable::score_all(std::span<const float> state, std::span<float> scores) const {
  assert(state.size() == hidden_ && scores.size() == items_ + 1);
  scores[0] = -std::numeric_limits<float>::infinity();
  kernels_->score_rows(rows_.data() + stride_, stride_, items_, hidden_, state.data(), scores.data() + 1);
}

}  // namespace sasrec::retrieval
