#include "parity/engine_answer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace sasrec::test {

EngineAnswer ask(const model::Encoder& encoder, const retrieval::ItemTable& table,
                 std::span<const base::ItemIndex> history) {
  EngineAnswer answer;
  auto workspace = encoder.make_workspace();
  answer.state.resize(encoder.config().hidden);
  encoder.encode(history, workspace, answer.state);
  std::vector<float> scores(table.items() + 1);
  table.score_all(answer.state, scores);
  answer.scores.assign(scores.begin() + 1, scores.end());
  table.top_k(answer.state, 10, retrieval::Exclusions(table.items()), answer.top);
  return answer;
}

void expect_scores(const EngineAnswer& answer, std::span<const float> scores) {
  expect_near(answer.scores, scores);
  std::vector<float> best(scores.begin(), scores.end());
  std::ranges::sort(best, std::greater<>());
  ASSERT_EQ(answer.top.size(), std::min<std::size_t>(10, scores.size()));
  for (std::size_t rank = 0; rank < answer.top.size(); ++rank) {
    EXPECT_NEAR(scores[answer.top[rank].item.value - 1], best[rank], kTolerance) << "rank " << rank;
  }
}

void expect_near(std::span<const float> values, std::span<const float> expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], expected[i], kTolerance) << "at " << i;
}

}  // namespace sasrec::test
