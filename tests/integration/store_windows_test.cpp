// What the monitor reads of a database, on a real PostgreSQL.
#include <algorithm>

#include "integration/store_fixture.hpp"
#include "store/queries/windows.hpp"

namespace sasrec {
namespace {

using monitoring::Counted;
using monitoring::Period;
using std::chrono::seconds;
using testing::Pair;
using testing::UnorderedElementsAre;

std::map<std::string, std::uint64_t> by_name(const base::Result<std::vector<Counted>>& counted) {
  if (!counted) throw std::runtime_error(counted.error().message);
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [what, count] : *counted) counts[what] = count;
  return counts;
}

class StoreWindows : public test::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    windows_ = std::make_unique<store::PostgresWindows>(url());
  }

  /// Seconds are counted from the period's begin.
  void act(const std::string& user, const std::string& item, double second, const std::string& kind = "view",
           const std::string& answer = "") {
    auto connection = connect();
    execute(connection,
            fmt::format("INSERT INTO interactions (event_id, user_id, item_id, time, kind, recommendation_id) "
                        "VALUES (gen_random_uuid()::text, '{}', '{}', timestamptz '{}' + {} * interval '1 second', "
                        "'{}', {})",
                        user, item, kBegin, second, kind, answer.empty() ? "NULL" : "'" + answer + "'"));
  }

  /// Returns the answer's id.
  std::string answer(const std::string& user, double second, const std::string& items,
                     const std::string& history = "{}", const std::string& source = "model",
                     const std::string& status = "done") {
    const auto id = base::Uuid::make().text();
    auto connection = connect();
    const auto created = fmt::format("timestamptz '{}' + {} * interval '1 second'", kBegin, second);
    execute(
        connection,
        fmt::format("INSERT INTO recommendations (id, user_id, history, k, exclude, categories, seen, explain, "
                    "fingerprint, traceparent, status, created, stored, deadline, next_attempt, finished, model, "
                    "source, items, scores) VALUES ('{}', '{}', '{}', 10, '{{}}', '{{}}', 'exclude', false, '', '', "
                    "'{}', {}, {}, {}, {}, {}, 'v1', '{}', '{}', '{{9,7.5,1}}')",
                    id, user, history, status, created, created, created, created, created, source, items));
    return id;
  }

  static constexpr const char* kBegin = "2026-11-20T10:00:00Z";
  const Period period_{.begin = base::parse_time(kBegin).value(),
                       .end = base::parse_time("2026-11-20T11:00:00Z").value()};
  std::unique_ptr<store::PostgresWindows> windows_;
};

TEST_F(StoreWindows, CountsWhatLiesInThePeriod) {
  act("u1", "a", -1);
  act("u1", "a", 0);
  act("u1", "b", 10, "buy");
  act("u2", "a", 3599.999);
  act("u2", "a", 3600);
  EXPECT_THAT(by_name(windows_->items(period_)), UnorderedElementsAre(Pair("a", 2), Pair("b", 1)));
  EXPECT_THAT(by_name(windows_->kinds(period_)), UnorderedElementsAre(Pair("view", 2), Pair("buy", 1)));
  EXPECT_THAT(by_name(windows_->users_by_interactions(period_)), UnorderedElementsAre(Pair("2", 1), Pair("1", 1)));
  EXPECT_THAT(by_name(windows_->hours(period_)), UnorderedElementsAre(Pair("10", 3)));
}

TEST_F(StoreWindows, OnlyTheFirstTenOfAnAnswerCount) {
  answer("u1", 1, "{a,b,c,d,e,f,g,h,i,j,k,l}");
  const auto recommended = by_name(windows_->recommended(period_));
  EXPECT_EQ(recommended.size(), 10U);
  EXPECT_FALSE(recommended.contains("k"));
}

TEST_F(StoreWindows, WhatWasLearnedIsKeptByVersionAndFeature) {
  using monitoring::Feature;
  EXPECT_EQ(windows_->learned("v1").value().size(), 0U);
  monitoring::LearnedWindows learned{.reference = {.feature = Feature::kUnknownItems, .windows = {{90, 1}}},
                                     .until = period_.begin};
  ASSERT_TRUE(windows_->keep_learned("v1", learned));
  learned.reference.windows.push_back({80, 2});
  learned.until = period_.end;
  ASSERT_TRUE(windows_->keep_learned("v1", learned));
  ASSERT_TRUE(windows_->keep_learned(
      "v2", {.reference = {.feature = Feature::kUnknownUsers, .windows = {{1, 2}}}, .until = period_.end}));
  const auto found = windows_->learned("v1").value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].reference.feature, Feature::kUnknownItems);
  EXPECT_EQ(found[0].reference.windows, learned.reference.windows);
  EXPECT_EQ(found[0].until, period_.end);
}

TEST_F(StoreWindows, WhatWasLearnedOfOldVersionsGoes) {
  const auto keep = [&](const std::string& version, base::Time until) {
    return windows_->keep_learned(
        version, {.reference = {.feature = monitoring::Feature::kUnknownUsers, .windows = {{1, 2}}}, .until = until});
  };
  ASSERT_TRUE(keep("old", base::now() - std::chrono::hours(24 * 91)));
  ASSERT_TRUE(keep("younger", base::now() - std::chrono::hours(24 * 89)));
  ASSERT_TRUE(keep("new", base::now()));
  EXPECT_EQ(windows_->learned("old").value().size(), 0U);
  EXPECT_EQ(windows_->learned("younger").value().size(), 1U);
  EXPECT_EQ(windows_->learned("new").value().size(), 1U);
}

TEST_F(StoreWindows, AnswersAreThoseThatWereGiven) {
  answer("u1", 1, "{a,b}", "{x,y,z}");
  answer("u1", 2, "{a,c}", "{}", "popular");
  answer("u1", 3, "{a}", "{}", "model", "failed");
  answer("u1", 3600, "{a}");
  const auto answers = windows_->answers(period_).value();
  ASSERT_EQ(answers.size(), 2U);
  const auto& by_model = answers[0].by_model ? answers[0] : answers[1];
  EXPECT_EQ(by_model.history_length, 3U);
  EXPECT_FLOAT_EQ(by_model.top_score, 9);
  EXPECT_FLOAT_EQ(by_model.score_gap, 1.5);
  EXPECT_NE(answers[0].by_model, answers[1].by_model);
  EXPECT_THAT(by_name(windows_->recommended(period_)), UnorderedElementsAre(Pair("a", 1), Pair("b", 1)));
}

TEST_F(StoreWindows, QualityHoldsWhatFollowedAgainstTheAnswerBefore) {
  for (int day = 1; day <= 3; ++day) act("other", "popular", -86'400.0 * day);
  act("other", "second", -86'400);
  answer("u1", 0, "{a,b,c}");  // an older answer: the interaction counts for the next
  const auto clicked = answer("u1", 10, "{b,a}");
  act("u1", "a", 20, "view", clicked);  // rank 2
  act("u1", "b", 21);                   // not the next any more
  answer("u2", 30, "{a}", "{popular}");
  act("u2", "second", 40);  // not among the answer; the most popular that u2 hasn't seen
  answer("u3", 50, "{a}");
  act("u3", "a", 50 + 3600);  // too late
  answer("u4", 60, "{popular,a}");
  act("u4", "popular", 61, "view", base::Uuid::make().text());  // names another answer
  const auto qualities = windows_->quality(period_, seconds(3600)).value();
  ASSERT_EQ(qualities.size(), 1U);
  const auto& quality = qualities[0];
  EXPECT_EQ(quality.version, "v1");
  EXPECT_EQ(quality.answers, 5U);
  EXPECT_EQ(quality.labelled, 4U);
  EXPECT_EQ(quality.clicked, 1U);
  EXPECT_EQ(quality.events, 3U);
  EXPECT_EQ(quality.model.hits_1, 1U);
  EXPECT_EQ(quality.model.hits_5, 2U);
  EXPECT_EQ(quality.model.hits_10, 2U);
  EXPECT_DOUBLE_EQ(quality.model.reciprocal_ranks, 1.5);
  EXPECT_EQ(quality.popular.hits_1, 2U);
  EXPECT_EQ(quality.popular.hits_10, 2U);
  EXPECT_DOUBLE_EQ(quality.popular.reciprocal_ranks, 2);
}

TEST_F(StoreWindows, AnEmptyPeriodIsNothingAndADatabaseThatIsAwayAnError) {
  EXPECT_TRUE(windows_->items(period_).value().empty());
  EXPECT_TRUE(windows_->answers(period_).value().empty());
  EXPECT_TRUE(windows_->quality(period_, seconds(60)).value().empty());
  server_.stop();
  EXPECT_EQ(windows_->items(period_).error().code, base::ErrorCode::kUnavailable);
  server_.start();
  EXPECT_TRUE(windows_->items(period_).value().empty());
}

}  // namespace
}  // namespace sasrec
