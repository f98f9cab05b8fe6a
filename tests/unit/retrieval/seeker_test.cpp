#include "retrieval/seeker.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "retrieval/pass.hpp"
#include "unit/retrieval/random_table.hpp"

namespace sasrec::retrieval {
namespace {

constexpr std::size_t kItems = 2000;
constexpr std::size_t kHidden = 32;
constexpr std::size_t kBest = 10;

class SeekerTest : public testing::Test {
 protected:
  SearchRequest request(std::size_t k = kBest) {
    return {.state = state_, .k = k, .exclusions = &none_, .result = &result_};
  }

  ItemTable table_ = random_table(kItems, kHidden);
  CodeTable codes_{table_};
  Exclusions none_{kItems};
  std::vector<float> state_ = random_numbers(kHidden, 7);
  std::vector<ScoredItem> result_;
};

TEST_F(SeekerTest, RefusesWhatCodesCannotAnswer) {
  Seeker seeker(table_, codes_);
  EXPECT_FALSE(seeker.begin(request(0)));
  state_.assign(kHidden, 0.0F);
  EXPECT_FALSE(seeker.begin(request()));
}

TEST_F(SeekerTest, WantsNoGroupThatIsLeftOutOrBelowWhatOthersReached) {
  Seeker::Reached reached{Seeker::kBelowAll};
  Seeker seeker(table_, codes_);
  ASSERT_TRUE(seeker.begin(request(), &reached));
  seeker.bound_groups(0, codes_.groups());
  EXPECT_TRUE(seeker.wants(0));
  seeker.leave_out(0);
  EXPECT_FALSE(seeker.wants(0));
  EXPECT_TRUE(seeker.wants(1));
  reached = 1e6F;
  EXPECT_FALSE(seeker.wants(1));
}

TEST_F(SeekerTest, SeekersOfTwoPartsTellEachOtherHowFarTheyAre) {
  std::vector<ScoredItem> expected;
  table_.top_k(state_, kBest, none_, expected);

  Seeker::Reached reached{Seeker::kBelowAll};
  std::vector<ScoredItem> first_best;
  std::vector<ScoredItem> second_best;
  Seeker first(table_, codes_);
  Seeker second(table_, codes_);
  Pass pass(table_, codes_);
  const std::size_t half = codes_.groups() / 2;
  auto asked = request();
  asked.result = &first_best;
  ASSERT_TRUE(first.begin(asked, &reached));
  Seeker* one = &first;
  pass.run({&one, 1}, 0, half);
  first.finish();
  ASSERT_EQ(first_best.size(), kBest);
  EXPECT_EQ(reached.load(), first_best.back().score);

  asked.result = &second_best;
  ASSERT_TRUE(second.begin(asked, &reached));
  one = &second;
  pass.run({&one, 1}, half, codes_.groups());
  second.finish();
  EXPECT_GE(reached.load(), first_best.back().score);
  BestItems best(kBest, result_);
  for (const auto& item : first_best) best.offer(item);
  for (const auto& item : second_best) best.offer(item);
  best.finish();
  EXPECT_EQ(result_, expected);
}

}  // namespace
}  // namespace sasrec::retrieval
