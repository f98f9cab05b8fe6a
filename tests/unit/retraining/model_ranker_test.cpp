#include "retraining/model_ranker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::retraining {
namespace {

using base::ItemIndex;

/// A model whose last norm gives (1, 0, 0, …) whatever comes in: an item's score is the first number of its row.
class ModelRankerTest : public testing::Test {
 protected:
  ModelRankerTest() {
    const auto config = test::sample_config();
    auto sample = test::sample_model(config, 1);
    std::ranges::fill(sample.tensor("final_norm.weight"), 0.0F);
    std::ranges::fill(sample.tensor("final_norm.bias"), 0.0F);
    sample.tensor("final_norm.bias")[0] = 1;
    auto& items = sample.tensor("item_embedding");
    for (std::size_t item = 1; item <= config.items; ++item) {
      items[item * config.hidden] = static_cast<float>(item) * 0.5F;
    }
    model_ = recommend::Model::load(test::save_sample(sample, folder_.path())).value();
  }

  std::vector<float> score(const std::vector<std::vector<ItemIndex>>& histories) {
    const std::vector<evaluation::History> asked(histories.begin(), histories.end());
    std::vector<float> scores(asked.size() * 13);
    model_ranker(model_)(asked, scores);
    return scores;
  }

  test::TemporaryFolder folder_;
  std::shared_ptr<const recommend::Model> model_;
};

TEST_F(ModelRankerTest, ScoresAreProductsOfStateAndItem) {
  const auto scores = score({{ItemIndex{3}, base::kPadding, ItemIndex{5}}, {ItemIndex{1}}});
  for (std::size_t item = 1; item <= 12; ++item) {
    EXPECT_FLOAT_EQ(scores[item], static_cast<float>(item) * 0.5F);
    EXPECT_FLOAT_EQ(scores[13 + item], static_cast<float>(item) * 0.5F);
  }
}

TEST_F(ModelRankerTest, AHistoryWithoutAKnownItemIsScoredByPopularity) {
  const auto scores = score({{base::kPadding}});
  for (std::size_t item = 1; item <= 12; ++item) EXPECT_EQ(scores[item], static_cast<float>(item));
}

TEST_F(ModelRankerTest, ThreadsDoNotDisturbEachOther) {
  const auto ranker = model_ranker(model_);
  const std::vector<ItemIndex> history{{2}, {7}};
  std::vector<std::vector<float>> scores(4, std::vector<float>(13));
  {
    std::vector<std::jthread> threads;
    for (auto& of_thread : scores) {
      threads.emplace_back([&] {
        const std::vector<evaluation::History> asked{history};
        for (int n = 0; n < 100; ++n) ranker(asked, of_thread);
      });
    }
  }
  for (const auto& of_thread : scores) EXPECT_FLOAT_EQ(of_thread[12], 6);
}

}  // namespace
}  // namespace sasrec::retraining
