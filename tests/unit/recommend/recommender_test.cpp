#include "recommend/recommender.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::recommend {
namespace {

using base::ErrorCode;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Ids = std::vector<std::string>;

Ids ids_of(const Answer& answer) {
  Ids ids;
  for (const auto& [item, score] : answer.items) ids.emplace_back(item);
  return ids;
}

class RecommenderTest : public testing::Test {
 protected:
  RecommenderTest() : RecommenderTest(test::sample_model(test::sample_config(), 3)) {}
  explicit RecommenderTest(const test::SampleModel& sample)
      : model_(Model::load(test::save_sample(sample, folder_.path())).value()), recommender_(model_) {}

  Answer recommend(const Request& request) {
    Answer answer;
    const auto done = recommender_.recommend(request, answer);
    EXPECT_TRUE(done) << done.error().message;
    return answer;
  }

  test::TemporaryFolder folder_;
  std::shared_ptr<const Model> model_;
  Recommender recommender_;
};

TEST_F(RecommenderTest, RanksTheWholeCatalogueByFallingScore) {
  const Ids history{"item-2", "item-5"};
  const auto answer = recommend({.history = history, .k = 12, .seen = Seen::kInclude});
  EXPECT_EQ(answer.source, Source::kModel);
  EXPECT_EQ(answer.items.size(), 12U);
  EXPECT_TRUE(std::ranges::is_sorted(answer.items, std::ranges::greater{}, &RankedItem::score));
}

// A batch longer than is searched at once, with requests that the model can't answer and that nobody can.
TEST_F(RecommenderTest, AnswersABatchAsItsRequestsOneByOne) {
  const Ids known{"item-2", "item-5"};
  const Ids others{"item-7", "nothing", "item-1"};
  const Ids unknown{"nothing"};
  const std::vector<base::ItemIndex> few{base::ItemIndex{3}, base::ItemIndex{9}};
  const std::vector<std::span<const base::ItemIndex>> only{few};
  std::vector<Request> requests;
  while (requests.size() < 40) {
    requests.push_back({.history = known, .k = 3});
    requests.push_back({.history = unknown, .k = 4});
    requests.push_back({.history = others, .k = 12, .seen = Seen::kInclude});
    requests.push_back({.history = known, .k = 0});
    requests.push_back({.history = others, .k = 5, .exclude = known, .only = only});
  }
  std::vector<Answer> answers(requests.size());
  std::vector<base::Result<void>> results(requests.size());
  recommender_.recommend(requests, answers, results);
  for (std::size_t n = 0; n < requests.size(); ++n) {
    Answer alone;
    const auto done = recommender_.recommend(requests[n], alone);
    ASSERT_EQ(results[n].has_value(), done.has_value()) << n;
    if (!done) continue;
    EXPECT_EQ(answers[n].source, alone.source) << n;
    EXPECT_EQ(answers[n].unknown_items, alone.unknown_items) << n;
    ASSERT_EQ(ids_of(answers[n]), ids_of(alone)) << n;
    for (std::size_t rank = 0; rank < alone.items.size(); ++rank) {
      EXPECT_EQ(answers[n].items[rank].score, alone.items[rank].score) << n;
    }
  }
}

TEST_F(RecommenderTest, GivesTheScoresOfTheEngine) {
  const Ids history{"item-2", "item-5"};
  const auto answer = recommend({.history = history, .k = 1, .seen = Seen::kInclude});
  auto workspace = model_->encoder().make_workspace();
  std::vector<float> state(8);
  const std::vector<base::ItemIndex> known{base::ItemIndex{2}, base::ItemIndex{5}};
  model_->encoder().encode(known, workspace, state);
  std::vector<float> scores(13);
  model_->table().score_all(state, scores);
  EXPECT_EQ(answer.items.front().score, *std::max_element(scores.begin() + 1, scores.end()));
}

TEST_F(RecommenderTest, LeavesOutTheHistoryUnlessAskedToIncludeIt) {
  const Ids history{"item-2", "item-5", "item-2"};
  EXPECT_EQ(recommend({.history = history, .k = 12}).items.size(), 10U);
  EXPECT_THAT(ids_of(recommend({.history = history, .k = 12})), Not(Contains("item-2")));
  EXPECT_THAT(ids_of(recommend({.history = history, .k = 12, .seen = Seen::kInclude})), Contains("item-2"));
}

TEST_F(RecommenderTest, LeavesOutExcludedItemsAlsoWhenSeenOnesMayComeBack) {
  const Ids history{"item-2"};
  const auto all = ids_of(recommend({.history = history, .k = 3, .seen = Seen::kInclude}));
  const Ids exclude{all[0], "no such item"};
  const auto rest = ids_of(recommend({.history = history, .k = 2, .exclude = exclude, .seen = Seen::kInclude}));
  EXPECT_THAT(rest, ElementsAre(all[1], all[2]));
  EXPECT_EQ(ids_of(recommend({.history = history, .k = 3, .seen = Seen::kInclude})), all);  // nothing is left over
}

std::vector<base::ItemIndex> indices(std::initializer_list<std::uint32_t> numbers) {
  std::vector<base::ItemIndex> items;
  for (const auto number : numbers) items.push_back(base::ItemIndex{number});
  return items;
}

TEST_F(RecommenderTest, LeavesOutUnavailableItems) {
  const Ids history{"item-2"};
  const auto unavailable = indices({1, 2, 12});
  const auto answer = recommend({.history = history, .k = 12, .seen = Seen::kInclude, .unavailable = unavailable});
  EXPECT_EQ(answer.items.size(), 9U);
  for (const auto* id : {"item-1", "item-2", "item-12"}) EXPECT_THAT(ids_of(answer), Not(Contains(id)));
  const auto popular = recommend({.k = 2, .unavailable = unavailable});
  EXPECT_THAT(ids_of(popular), ElementsAre("item-11", "item-10"));
}

TEST_F(RecommenderTest, GivesOnlyItemsOfOneOfTheLists) {
  const Ids history{"item-2"};
  const auto first = indices({2, 3, 4});
  const auto second = indices({4, 9});
  const std::vector<std::span<const base::ItemIndex>> only{first, second};
  const Ids exclude{"item-9"};
  EXPECT_THAT(ids_of(recommend({.history = history, .k = 12, .exclude = exclude, .only = only})),
              testing::UnorderedElementsAre("item-3", "item-4"));
  EXPECT_THAT(ids_of(recommend({.k = 2, .only = only})), ElementsAre("item-9", "item-4"));
  const std::vector<std::span<const base::ItemIndex>> nothing(1);
  EXPECT_THAT(recommend({.history = history, .k = 3, .only = nothing}).items, IsEmpty());
  EXPECT_EQ(recommend({.history = history, .k = 12}).items.size(), 11U);  // nothing is left over
}

TEST_F(RecommenderTest, AHistoryWithoutKnownItemsGetsThePopularOnes) {
  for (const Ids& history : {Ids{}, Ids{"who", "knows"}}) {
    const Ids exclude{"item-11"};
    const auto answer = recommend({.history = history, .k = 3, .exclude = exclude});
    EXPECT_EQ(answer.source, Source::kPopular);
    EXPECT_EQ(answer.unknown_items, history.size());
    EXPECT_THAT(ids_of(answer), ElementsAre("item-12", "item-10", "item-9"));
    EXPECT_EQ(answer.items.front().score, 12.0F);  // the training count
  }
}

TEST_F(RecommenderTest, SkipsAndCountsUnknownItems) {
  const Ids known{"item-2", "item-5"};
  const Ids mixed{"who", "item-2", "knows", "item-5"};
  const auto answer = recommend({.history = mixed, .k = 5});
  EXPECT_EQ(answer.unknown_items, 2U);
  EXPECT_EQ(answer.source, Source::kModel);
  EXPECT_EQ(ids_of(answer), ids_of(recommend({.history = known, .k = 5})));
}

TEST_F(RecommenderTest, OnlyTheNewestItemsOfALongHistoryCount) {
  Ids longest;
  for (int n = 0; n < 100'000; ++n) longest.push_back("item-" + std::to_string(1 + n % 12));
  const Ids newest(longest.end() - 6, longest.end());  // max_length
  const auto answer = recommend({.history = longest, .k = 12, .seen = Seen::kInclude});
  EXPECT_EQ(ids_of(answer), ids_of(recommend({.history = newest, .k = 12, .seen = Seen::kInclude})));
}

TEST_F(RecommenderTest, RefusesAKOutOfRange) {
  const Ids history{"item-2"};
  Answer answer;
  for (const std::size_t k : {std::size_t{0}, kMaxK + 1}) {
    const auto done = recommender_.recommend({.history = history, .k = k}, answer);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::kInvalidInput);
    EXPECT_THAT(done.error().message, HasSubstr("from 1 to 1000"));
    EXPECT_FALSE(recommender_.similar("item-2", k));
  }
  EXPECT_TRUE(recommender_.recommend({.history = history, .k = kMaxK}, answer));
  EXPECT_EQ(answer.items.size(), 11U);
}

TEST_F(RecommenderTest, SimilarItemsAreOrderedByCosine) {
  const auto answer = recommender_.similar("item-4", 12);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items.size(), 11U);
  EXPECT_THAT(ids_of(*answer), Not(Contains("item-4")));
  EXPECT_TRUE(std::ranges::is_sorted(answer->items, std::ranges::greater{}, &RankedItem::score));
  const auto cosine = [&](base::ItemIndex a, base::ItemIndex b) {
    double dot = 0, aa = 0, bb = 0;
    for (std::size_t n = 0; n < 8; ++n) {
      const double x = model_->table().row(a)[n];
      const double y = model_->table().row(b)[n];
      dot += x * y, aa += x * x, bb += y * y;
    }
    return dot / std::sqrt(aa * bb);
  };
  for (const auto& [item, score] : answer->items) {
    EXPECT_NEAR(score, cosine(base::ItemIndex{4}, model_->vocabulary().find(item)), 1e-6);
  }
}

TEST_F(RecommenderTest, SimilarToAnUnknownItemIsNotFound) {
  const auto answer = recommender_.similar("who", 3);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(answer.error().message, HasSubstr("\"who\""));
}

/// A model in which items 3 to 6 have the same embedding, item 7 a longer one of that direction, item 8 none at all,
/// and item 9 a huge one.
class RecommenderTiesTest : public RecommenderTest {
 protected:
  RecommenderTiesTest() : RecommenderTest(sample()) {}

  static test::SampleModel sample() {
    auto sample = test::sample_model(test::sample_config(), 3);
    auto& table = sample.tensor("item_embedding");
    const auto row = [&](std::size_t item) {
      return table.begin() + static_cast<std::ptrdiff_t>(item * 8);
    };
    for (const std::size_t item : {4U, 5U, 6U}) std::copy_n(row(3), 8, row(item));
    std::transform(row(3), row(4), row(7), [](float value) { return 4 * value; });
    std::fill_n(row(8), 8, 0.0F);
    std::fill_n(row(9), 8, 1e38F);
    return sample;
  }
};

TEST_F(RecommenderTiesTest, EqualScoresComeInTheOrderOfTheVocabulary) {
  const Ids history{"item-2"};
  const auto ids = ids_of(recommend({.history = history, .k = 12}));
  const auto third = std::ranges::find(ids, "item-3");
  ASSERT_LE(third + 4, ids.end());
  EXPECT_THAT(Ids(third, third + 4), ElementsAre("item-3", "item-4", "item-5", "item-6"));
}

// The rule once more, by sorting: for requests drawn at random from a model with ties.
TEST_F(RecommenderTiesTest, TheAnswerIsTheFullSortOfTheAllowedItems) {
  std::mt19937 random(7);
  std::vector<float> scores(13);
  auto workspace = model_->encoder().make_workspace();
  std::vector<float> state(8);
  for (int round = 0; round < 300; ++round) {
    const auto some = [&](unsigned one_in) {
      std::vector<base::ItemIndex> items;
      for (std::uint32_t n = 1; n <= 12; ++n) {
        if (random() % one_in == 0) items.push_back(base::ItemIndex{n});
      }
      return items;
    };
    const std::vector<base::ItemIndex> history{base::ItemIndex{1 + static_cast<std::uint32_t>(random() % 8)}};
    const auto excluded = some(5);
    const auto unavailable = some(4);
    const auto first = some(3);
    const auto second = some(3);
    std::vector<std::span<const base::ItemIndex>> only;
    if (round % 3 != 0) only = {first, second};
    const auto seen = round % 2 == 0 ? Seen::kExclude : Seen::kInclude;
    const std::size_t k = 1 + random() % 12;

    const Ids history_ids{model_->vocabulary().id(history[0])};
    Ids excluded_ids;
    for (const auto item : excluded) excluded_ids.push_back(model_->vocabulary().id(item));
    const auto answer = recommend({.history = history_ids,
                                   .k = k,
                                   .exclude = excluded_ids,
                                   .seen = seen,
                                   .unavailable = unavailable,
                                   .only = only});

    model_->encoder().encode(history, workspace, state);
    model_->table().score_all(state, scores);
    const auto holds = [](const std::vector<base::ItemIndex>& items, std::uint32_t n) {
      return std::ranges::find(items, base::ItemIndex{n}) != items.end();
    };
    std::vector<std::pair<float, std::uint32_t>> allowed;
    for (std::uint32_t n = 1; n <= 12; ++n) {
      const bool out = holds(excluded, n) || holds(unavailable, n) || (seen == Seen::kExclude && holds(history, n)) ||
                       (!only.empty() && !holds(first, n) && !holds(second, n));
      if (!out) allowed.emplace_back(-scores[n], n);
    }
    std::ranges::sort(allowed);
    Ids expected;
    for (std::size_t n = 0; n < std::min(k, allowed.size()); ++n) {
      expected.push_back("item-" + std::to_string(allowed[n].second));
    }
    ASSERT_EQ(ids_of(answer), expected) << round;
  }
}

TEST_F(RecommenderTiesTest, SimilarItemsDependOnDirectionOnly) {
  const auto answer = recommender_.similar("item-7", 4);
  ASSERT_TRUE(answer);
  EXPECT_THAT(ids_of(*answer), ElementsAre("item-3", "item-4", "item-5", "item-6"));
  EXPECT_NEAR(answer->items.front().score, 1, 1e-6);
}

TEST_F(RecommenderTiesTest, ItemsWithoutOrWithHugeEmbeddingsHaveFiniteCosines) {
  for (const auto* const item : {"item-8", "item-9", "item-1"}) {
    const auto answer = recommender_.similar(item, 11);
    ASSERT_TRUE(answer);
    for (const auto& [other, score] : answer->items) EXPECT_LE(std::abs(score), 1.001F) << item << ' ' << other;
  }
}

}  // namespace
}  // namespace sasrec::recommend
