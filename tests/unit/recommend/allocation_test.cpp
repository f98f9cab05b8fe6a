#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "recommend/recommender.hpp"
#include "support/allocations/allocations.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::recommend {
namespace {

TEST(RecommenderAllocations, ThereAreNoneOnceWarm) {
  const test::TemporaryFolder folder;
  const auto sample = test::sample_model(test::sample_config(), 3);
  Recommender recommender(Model::load(test::save_sample(sample, folder.path())).value());
  const std::vector<std::string> longest{"item-1", "item-2", "item-3", "item-4", "item-5", "item-6", "item-7", "who"};
  const std::vector<std::string> unknown{"who"};
  const std::vector<base::ItemIndex> unavailable{base::ItemIndex{3}};
  const std::vector<base::ItemIndex> list{base::ItemIndex{1}, base::ItemIndex{9}, base::ItemIndex{12}};
  const std::vector<std::span<const base::ItemIndex>> only{list, unavailable};
  Answer answer;
  const auto ask_all = [&] {
    for (const auto& history : {std::span(longest), std::span(longest).first(1), std::span(unknown)}) {
      ASSERT_TRUE(recommender.recommend({.history = history, .k = 12, .exclude = unknown}, answer));
      ASSERT_TRUE(recommender.recommend(
          {.history = history, .k = 12, .exclude = unknown, .unavailable = unavailable, .only = only}, answer));
    }
  };
  ask_all();
  const std::size_t before = test::allocations();
  ask_all();
  EXPECT_EQ(test::allocations(), before);
}

}  // namespace
}  // namespace sasrec::recommend
