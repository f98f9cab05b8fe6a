#include "serving/responder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recommend/recommender.hpp"
#include "support/fakes/model_fixture.hpp"

namespace sasrec::serving {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

using Ids = std::vector<std::string>;

class ResponderTest : public testing::Test {
 protected:
  bus::ResultRecord answer(const bus::RequestRecord& request) {
    responder_.renew();
    bus::ResultRecord result;
    const auto answered = responder_.answer(request, result);
    EXPECT_TRUE(answered) << answered.error().message;
    return result;
  }

  test::ModelFixture served_;
  Responder responder_{served_.slot, served_.catalogue, served_.popular};
};

TEST_F(ResponderTest, TheModelAnswersWhereItKnowsAnItem) {
  const auto model = served_.load(1);
  served_.slot.put(model);
  served_.make_popular({"item-9"});
  auto request = test::sample_request({"who", "item-2", "item-5"});
  request.k = 4;
  const auto result = answer(request);
  EXPECT_EQ(result.source, "model");
  EXPECT_EQ(result.model, model->version());
  EXPECT_EQ(result.unknown_items, 1U);

  recommend::Recommender recommender(model);
  recommend::Answer expected;
  ASSERT_TRUE(recommender.recommend({.history = request.history, .k = 4}, expected));
  ASSERT_THAT(result.items, SizeIs(4));
  for (std::size_t n = 0; n < 4; ++n) {
    EXPECT_EQ(result.items[n], (base::ScoredId{std::string(expected.items[n].item), expected.items[n].score}));
  }
}

/// The model's score of `item` for `history`.
float score_of(const std::shared_ptr<const recommend::Model>& model, std::vector<std::string> history,
               std::string_view item) {
  recommend::Recommender recommender(model);
  recommend::Answer answer;
  EXPECT_TRUE(
      recommender.recommend({.history = history, .k = 12, .seen = recommend::Seen::kInclude}, answer).has_value());
  for (const auto& ranked : answer.items) {
    if (ranked.item == item) return ranked.score;
  }
  ADD_FAILURE() << item << " is not there";
  return 0;
}

TEST_F(ResponderTest, AnExplanationLeavesOutEachItemOfTheHistory) {
  const auto model = served_.load(1);
  served_.slot.put(model);
  auto request = test::sample_request({"item-2", "who", "item-5", "item-2"});
  request.explain = true;
  const auto result = answer(request);
  ASSERT_TRUE(result.explanation);
  EXPECT_THAT(result.explanation->history, ElementsAre("item-2", "item-5", "item-2"));
  const std::vector<std::vector<std::string>> without{{"item-5", "item-2"}, {"item-2", "item-2"}, {"item-2", "item-5"}};
  ASSERT_THAT(result.explanation->effects, SizeIs(result.items.size()));
  for (std::size_t i = 0; i < result.items.size(); ++i) {
    for (std::size_t n = 0; n < without.size(); ++n) {
      EXPECT_EQ(result.explanation->effects[i][n],
                result.items[i].score - score_of(model, without[n], result.items[i].item));
    }
  }
  const auto& attention = result.explanation->attention;
  ASSERT_THAT(attention, SizeIs(3));
  EXPECT_NEAR(attention[0] + attention[1] + attention[2], 1, 1e-5);
  for (const float share : attention) EXPECT_GT(share, 0);
}

TEST_F(ResponderTest, OfOneItemTheEffectIsTheWholeScore) {
  served_.slot.put(served_.load(1));
  auto request = test::sample_request({"item-2"});
  request.explain = true;
  const auto result = answer(request);
  ASSERT_TRUE(result.explanation);
  EXPECT_THAT(result.explanation->attention, ElementsAre(testing::FloatEq(1)));
  EXPECT_THAT(result.explanation->effects.front(), ElementsAre(result.items.front().score));
}

TEST_F(ResponderTest, AnExplanationIsBounded) {
  served_.slot.put(served_.load(1));
  std::vector<std::string> history;
  for (std::size_t n = 0; n < 2 * bus::kMaxExplainedHistory; ++n)
    history.push_back("item-" + std::to_string(n % 12 + 1));
  auto request = test::sample_request(history);
  request.explain = true;
  request.seen = bus::Seen::kInclude;
  const auto result = answer(request);
  ASSERT_TRUE(result.explanation);
  EXPECT_LE(result.explanation->history.size(), bus::kMaxExplainedHistory);
  EXPECT_EQ(result.explanation->history.back(), history.back());
}

TEST_F(ResponderTest, OnlyTheModelIsExplainedAndOnlyIfAsked) {
  served_.slot.put(served_.load(1));
  served_.make_popular({"item-9"});
  EXPECT_FALSE(answer(test::sample_request()).explanation);
  auto request = test::sample_request({"who"});
  request.explain = true;
  EXPECT_FALSE(answer(request).explanation);
}

TEST_F(ResponderTest, SeenExcludedAndUnavailableItemsAreLeftOut) {
  served_.slot.put(served_.load(1));
  served_.list({.id = "item-7", .available = false});
  auto request = test::sample_request({"item-2"});
  request.k = 12;
  request.exclude = {"item-3", "nobody's"};
  EXPECT_EQ(test::ids_of(answer(request)).size(), 9U);
  for (const auto* id : {"item-2", "item-3", "item-7"}) EXPECT_THAT(test::ids_of(answer(request)), Not(Contains(id)));
  request.seen = bus::Seen::kInclude;
  EXPECT_THAT(test::ids_of(answer(request)), Contains("item-2"));
}

TEST_F(ResponderTest, OnlyItemsOfTheCategoriesComeBack) {
  served_.slot.put(served_.load(1));
  served_.list({.id = "item-1", .categories = {"a", "b"}});
  served_.list({.id = "item-4", .categories = {"b"}});
  served_.list({.id = "item-5", .categories = {"c"}});
  served_.list({.id = "item-6", .categories = {"b"}, .available = false});
  auto request = test::sample_request({"item-2"});
  request.k = 12;
  request.categories = {"b", "c"};
  EXPECT_THAT(test::ids_of(answer(request)), UnorderedElementsAre("item-1", "item-4", "item-5"));
  request.categories = {"no such"};
  const auto nothing = answer(request);
  EXPECT_THAT(nothing.items, IsEmpty());
  EXPECT_EQ(nothing.source, "model");
}

TEST_F(ResponderTest, WhatIsPopularOfLateAnswersForAnUnknownHistory) {
  served_.slot.put(served_.load(1));
  served_.make_popular({"x", "x", "x", "item-3", "item-3", "y"});
  for (const Ids& history : {Ids{}, Ids{"who"}}) {
    auto request = test::sample_request(history);
    request.k = 3;
    const auto result = answer(request);
    EXPECT_EQ(result.source, "popular");
    EXPECT_EQ(result.model, "");
    EXPECT_EQ(result.unknown_items, history.size());
    EXPECT_THAT(result.items, ElementsAre(base::ScoredId{"x", 3}, base::ScoredId{"item-3", 2}, base::ScoredId{"y", 1}));
  }
}

TEST_F(ResponderTest, APopularAnswerIsFilledByTheModelAndTheCatalogue) {
  served_.slot.put(served_.load(1));
  served_.make_popular({"x", "item-11"});
  for (const auto* id : {"item-12", "new-2", "new-1", "x"}) served_.list({.id = id});
  auto request = test::sample_request(Ids{});
  request.k = 100;
  const auto result = answer(request);
  const auto ids = test::ids_of(result);
  ASSERT_THAT(ids, SizeIs(15));  // twelve of the model, and three more
  EXPECT_THAT(Ids(ids.begin(), ids.begin() + 3), ElementsAre("item-11", "x", "item-12"));
  EXPECT_THAT(Ids(ids.end() - 2, ids.end()), ElementsAre("new-1", "new-2"));
  EXPECT_EQ(result.items[1].score, 1);
  EXPECT_EQ(result.items[2].score, 0);
  EXPECT_EQ(result.model, served_.slot.get()->version());
}

TEST_F(ResponderTest, TheRulesHoldForPopularItemsToo) {
  served_.make_popular({"a", "a", "a", "a", "b", "b", "b", "c", "c", "d"});
  served_.list({.id = "a", .available = false});
  auto request = test::sample_request({"b"});
  request.exclude = {"d"};
  EXPECT_THAT(test::ids_of(answer(request)), ElementsAre("c"));
  request.seen = bus::Seen::kInclude;
  EXPECT_THAT(test::ids_of(answer(request)), ElementsAre("b", "c"));
  request.k = 1;
  EXPECT_THAT(test::ids_of(answer(request)), ElementsAre("b"));

  served_.list({.id = "c", .categories = {"k"}});
  request.k = 10;
  request.categories = {"j", "k"};
  EXPECT_THAT(test::ids_of(answer(request)), ElementsAre("c"));  // b is in no catalogue, so in no category
}

TEST_F(ResponderTest, TheModelsOwnPopularItemsAreTheLastResort) {
  const auto model = served_.load(1);
  served_.slot.put(model);
  served_.list({.id = "item-12", .available = false});
  auto request = test::sample_request({"who"});
  request.exclude = {"item-10"};
  auto result = answer(request);
  EXPECT_EQ(result.source, "popular");
  EXPECT_EQ(result.model, model->version());
  EXPECT_THAT(test::ids_of(result), ElementsAre("item-11", "item-9", "item-8"));
  EXPECT_EQ(result.items.front().score, 0);  // none within the window
  served_.make_popular({"who"});             // nothing is left of what is popular of late
  EXPECT_THAT(test::ids_of(answer(request)), ElementsAre("item-11", "item-9", "item-8"));
}

TEST_F(ResponderTest, WithoutModelAndPopularItemsTheAnswerIsEmpty) {
  const auto result = answer(test::sample_request());
  EXPECT_EQ(result.source, "popular");
  EXPECT_EQ(result.model, "");
  EXPECT_THAT(result.items, IsEmpty());
}

TEST_F(ResponderTest, AnswersStayWithOneModelUntilRenewed) {
  const auto first = served_.load(1);
  const auto second = served_.load(2);
  served_.slot.put(first);
  const auto before = answer(test::sample_request());
  served_.slot.put(second);
  bus::ResultRecord still;
  ASSERT_TRUE(responder_.answer(test::sample_request(), still));
  EXPECT_EQ(still.model, first->version());
  EXPECT_EQ(still.items, before.items);
  const auto after = answer(test::sample_request());
  EXPECT_EQ(after.model, second->version());
  EXPECT_NE(after.items, before.items);
}

TEST_F(ResponderTest, LetsGoOfAnOldModelWhenRenewed) {
  served_.slot.put(served_.load(1));
  responder_.renew();
  const auto old = served_.slot.put(served_.load(2));
  EXPECT_GT(old.use_count(), 1);
  responder_.renew();
  EXPECT_EQ(old.use_count(), 1);
}

TEST_F(ResponderTest, AnErrorLeavesTheResultAsItWas) {
  served_.slot.put(served_.load(1));
  responder_.renew();
  auto request = test::sample_request();
  request.k = 0;  // decoding doesn't let it through
  bus::ResultRecord result;
  EXPECT_FALSE(responder_.answer(request, result));
  EXPECT_EQ(result, bus::ResultRecord());
}

}  // namespace
}  // namespace sasrec::serving
