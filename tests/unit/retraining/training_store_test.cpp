#include "retraining/training_store.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace sasrec::retraining {
namespace {

/// In the order of RunState. The database and the API hold these words.
constexpr std::array<std::string_view, 8> kWords{"queued", "loading",  "training", "evaluating",
                                                 "saving", "promoted", "rejected", "failed"};

TEST(RunState, HasTheWordsOfTheApiAndIsReadBack) {
  for (std::size_t n = 0; n < kWords.size(); ++n) {
    const auto state = static_cast<RunState>(n);
    EXPECT_EQ(to_string(state), kWords[n]);
    EXPECT_EQ(parse_run_state(kWords[n]), state);
  }
  EXPECT_FALSE(parse_run_state("Queued"));
  EXPECT_FALSE(parse_run_state(""));
}

TEST(RunState, OnlyTheLastThreeAreFinal) {
  for (const auto state :
       {RunState::kQueued, RunState::kLoading, RunState::kTraining, RunState::kEvaluating, RunState::kSaving}) {
    EXPECT_FALSE(is_final(state)) << to_string(state);
  }
  for (const auto state : {RunState::kPromoted, RunState::kRejected, RunState::kFailed}) {
    EXPECT_TRUE(is_final(state)) << to_string(state);
  }
}

}  // namespace
}  // namespace sasrec::retraining
