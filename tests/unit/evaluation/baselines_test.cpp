#include "evaluation/baselines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "unit/evaluation/sequences_of.hpp"

namespace sasrec::evaluation {
namespace {

using base::ItemIndex;
using testing::ElementsAre;
using testing::Gt;
using testing::Lt;

/// Items 1 to 4. In training 1 is followed by 2 twice and by 3 once; 4 was only seen by the last user.
class Baselines : public testing::Test {
 protected:
  std::vector<float> scores(const Ranker& ranker, const std::vector<std::vector<ItemIndex>>& histories) const {
    std::vector<History> views(histories.begin(), histories.end());
    std::vector<float> result(views.size() * counts_.size(), -1);
    ranker(views, result);
    return result;
  }

  dataset::Sequences sequences_ = sequences_of({{1, 2, 4}, {1, 2, 1, 3, 4}, {0, 3, 3, 0, 4}, {4}});
  dataset::Split split_{.train_length = {2, 4, 4, 1}, .validation = {}, .test = {}};
  std::vector<std::uint32_t> counts_ = count_items(sequences_, split_, 4);
};

TEST_F(Baselines, CountTheTrainingPartOnly) {
  EXPECT_THAT(counts_, ElementsAre(0, 3, 2, 3, 1));
}

TEST_F(Baselines, PopularityIsTheCountForEveryHistory) {
  const auto ranker = popularity_ranker(counts_);
  EXPECT_THAT(scores(ranker, {{ItemIndex{1}}, {}}), ElementsAre(0, 3, 2, 3, 1, 0, 3, 2, 3, 1));
}

TEST_F(Baselines, BigramPutsFollowersFirstAndOrdersTheRestByPopularity) {
  const auto ranker = bigram_ranker(sequences_, split_, counts_);
  const auto row = scores(ranker, {{ItemIndex{2}, ItemIndex{1}}});
  EXPECT_FLOAT_EQ(row[2], 2.5F);
  EXPECT_FLOAT_EQ(row[3], 1.75F);
  EXPECT_FLOAT_EQ(row[1], 0.75F);
  EXPECT_FLOAT_EQ(row[4], 0.25F);
}

TEST_F(Baselines, BigramLooksAtTheLastKnownItem) {
  const auto ranker = bigram_ranker(sequences_, split_, counts_);
  const auto rows = scores(ranker, {{ItemIndex{1}, base::kPadding}, {ItemIndex{1}}});
  EXPECT_TRUE(std::equal(rows.begin(), rows.begin() + 5, rows.begin() + 5));
}

TEST_F(Baselines, BigramFallsBackToPopularity) {
  const auto ranker = bigram_ranker(sequences_, split_, counts_);
  for (const auto& history : {std::vector<ItemIndex>{}, {base::kPadding}, {ItemIndex{4}}}) {
    const auto row = scores(ranker, {history});
    EXPECT_THAT(row, testing::Each(Lt(1.0F)));
    EXPECT_THAT(row[1], Gt(row[2]));
    EXPECT_THAT(row[2], Gt(row[4]));
  }
}

TEST_F(Baselines, BigramDoesNotStepOverUnknownItems) {
  // In training 3 follows 3 once; nothing follows an unknown item, and 4 is behind one.
  const auto row = scores(bigram_ranker(sequences_, split_, counts_), {{ItemIndex{3}}});
  EXPECT_THAT(row[3], Gt(1.0F));
  EXPECT_THAT(row[4], Lt(1.0F));
}

}  // namespace
}  // namespace sasrec::evaluation
