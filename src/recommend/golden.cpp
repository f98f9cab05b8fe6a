#include "recommend/golden.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

namespace sasrec::recommend {
namespace {

using base::ErrorCode;

bool close(float score, float golden) {
  // Written this way round so that a score that is not a number is never close.
  return std::abs(score - golden) <= kGoldenTolerance * std::max(1.0F, std::abs(golden));
}

}  // namespace

base::Result<void> compare_golden(std::span<const checkpoint::GoldenItem> golden,
                                  std::span<const retrieval::ScoredItem> ranked, const base::Vocabulary& vocabulary) {
  if (golden.empty()) return base::fail(ErrorCode::kCorrupt, "it lists no items");
  if (ranked.size() != golden.size()) {
    return base::fail(ErrorCode::kCorrupt, "{} items where {} are expected", ranked.size(), golden.size());
  }
  for (std::size_t rank = 0; rank < golden.size(); ++rank) {
    const auto& expected = golden[rank];
    const std::string_view item = vocabulary.id(ranked[rank].item);
    const float score = ranked[rank].score;
    // An item that is not in the golden list can only have been just below its end, so its golden score was about that
    // of the last one.
    const auto listed = std::ranges::find(golden, item, &checkpoint::GoldenItem::item);
    const float golden_score = listed != golden.end() ? listed->score : golden.back().score;
    if (!close(score, expected.score) || !close(golden_score, expected.score)) {
      return base::fail(ErrorCode::kCorrupt, "rank {} is \"{}\" with score {} where \"{}\" with score {} is expected",
                        rank + 1, item, score, expected.item, expected.score);
    }
  }
  return {};
}

base::Result<void> check_golden_answers(std::span<const checkpoint::GoldenAnswer> golden,
                                        const base::Vocabulary& vocabulary, const model::Encoder& encoder,
                                        retrieval::Search& search) {
  auto workspace = encoder.make_workspace();
  retrieval::Exclusions exclusions(vocabulary.size());
  std::vector<float> state(encoder.config().hidden);
  std::vector<base::ItemIndex> history;
  std::vector<retrieval::ScoredItem> ranked;
  for (std::size_t n = 0; n < golden.size(); ++n) {
    history.clear();
    exclusions.clear();
    for (const auto& id : golden[n].history) {
      const auto item = vocabulary.find(id);
      if (item == base::kPadding) {
        return base::fail(ErrorCode::kCorrupt, "golden answer {}: its history holds \"{}\", which is not in vocab.txt",
                          n + 1, id);
      }
      history.push_back(item);
      exclusions.add(item);
    }
    if (history.empty()) return base::fail(ErrorCode::kCorrupt, "golden answer {}: its history is empty", n + 1);
    // The same path as a request: what is checked here is what will be served.
    encoder.encode(history, workspace, state);
    search.top_k(state, golden[n].top.size(), exclusions, ranked);
    if (const auto same = compare_golden(golden[n].top, ranked, vocabulary); !same) {
      return base::fail_within(fmt::format("golden answer {}", n + 1), same.error());
    }
  }
  return {};
}

}  // namespace sasrec::recommend
