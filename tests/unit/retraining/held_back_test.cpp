#include "retraining/held_back.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>

#include "dataset/held_users.hpp"

namespace sasrec::retraining {
namespace {

using dataset::Case;
using dataset::LogSequences;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kCreated = 10'000;

HeldBack read(const std::string& metrics, std::int64_t created = kCreated) {
  return held_back_of(checkpoint::read_metrics(boost::json::parse(metrics).as_object()),
                      base::Time(std::chrono::seconds(created)));
}

/// One list of times per user, whose ids are "0", "1", ….
LogSequences sequences_of(const std::vector<std::vector<std::int64_t>>& times) {
  LogSequences sequences;
  sequences.offsets.push_back(0);
  for (const auto& user : times) {
    sequences.users.push_back(std::to_string(sequences.users.size()));
    for (const auto time : user) {
      sequences.items.push_back({static_cast<std::uint32_t>(sequences.items.size())});
      sequences.times.push_back(time);
    }
    sequences.offsets.push_back(sequences.items.size());
  }
  return sequences;
}

/// Every position of every user that is unknown to the version, as (user, position).
std::vector<std::pair<unsigned, unsigned>> unknown(const HeldBack& held, const LogSequences& sequences) {
  std::vector<Case> all;
  for (std::uint32_t user = 0; user < sequences.user_count(); ++user) {
    for (std::uint32_t position = 1; position < sequences.length(user); ++position) all.push_back({user, position});
  }
  std::vector<std::pair<unsigned, unsigned>> found;
  for (const auto& [user, position] : unknown_cases(held, sequences, all)) found.emplace_back(user, position);
  return found;
}

using Pair = std::pair<unsigned, unsigned>;

TEST(HeldBack, UnderLeaveOneOutTheLastTwoOfEachUserAreUnknownAndAllThatCameLater) {
  const auto held = read(R"({"data":{"events":9,"last_time":40,"learned_until":40,"held":{"rule":"leave-one-out"}}})");
  EXPECT_THAT(unknown(held, sequences_of({{1, 2, 3, 40}, {5, 6, 7, 50, 60}, {8, 9, 70}})),
              ElementsAre(Pair(0, 2), Pair(0, 3), Pair(1, 1), Pair(1, 2), Pair(1, 3), Pair(1, 4), Pair(2, 2)));
}

TEST(HeldBack, UnderHeldUsersThoseOfTheUsersBelowTheShareOnly) {
  const auto sequences = sequences_of({{1, 2, 3, 4}, {1, 2, 3, 4}});
  const double between = (dataset::user_place("0") + dataset::user_place("1")) / 2;
  const unsigned lower = dataset::user_place("0") < between ? 0 : 1;
  auto held = read(R"({"data":{"events":8,"last_time":4,"held":{"rule":"users","share":0.5,"hash":1}}})");
  ASSERT_EQ(held.rule, HeldRule::kUsers);
  EXPECT_EQ(held.share, 0.5);
  held.share = between;
  EXPECT_THAT(unknown(held, sequences), ElementsAre(Pair(lower, 2), Pair(lower, 3)));
}

TEST(HeldBack, UnderTimeSplitWhatIsNewerThanWhatItLearned) {
  const auto held = read(R"({"data":{"events":4,"last_time":40,"learned_until":2,"held":{"rule":"time-split"}}})");
  EXPECT_THAT(unknown(held, sequences_of({{1, 2, 3, 40}})), ElementsAre(Pair(0, 2), Pair(0, 3)));
}

TEST(HeldBack, OfAVersionBeforeThisRecordWhatIsNewerThanItLearned) {
  const auto held = read(R"({"data":{"last_time":40,"learned_until":3}})");
  EXPECT_EQ(held.rule, std::nullopt);
  EXPECT_THAT(unknown(held, sequences_of({{1, 2, 3, 40}})), ElementsAre(Pair(0, 3)));
}

TEST(HeldBack, OfAnImportedModelWhatHappenedAfterItWasMade) {
  const auto held = read(R"({"source":"pytorch"})");
  EXPECT_THAT(unknown(held, sequences_of({{1, 2, 3, kCreated, kCreated + 1}})), ElementsAre(Pair(0, 4)));
}

TEST(HeldBack, AnEventOfTheFutureDoesNotEndTheLogThere) {
  const auto held =
      read(R"({"data":{"events":3,"last_time":7226582400,"learned_until":3,"held":{"rule":"leave-one-out"}}})");
  EXPECT_EQ(held.log_end, kCreated);
}

TEST(HeldBack, WhereTheLogIsAnotherOneOnlyWhatIsNewerIsUnknown) {
  std::vector<std::vector<std::int64_t>> users(50, {1, 2, 3, 4});
  const auto held = read(R"({"data":{"events":200,"last_time":4,"held":{"rule":"leave-one-out"}}})");
  EXPECT_EQ(unknown(held, sequences_of(users)).size(), 100U);
  users[0] = {1, 2, 3, 3, 3, 4};  // one in a hundred came late
  EXPECT_EQ(unknown(held, sequences_of(users)).size(), 100U);
  users[1] = {1, 2, 3, 3, 4, 5};
  EXPECT_THAT(unknown(held, sequences_of(users)), ElementsAre(Pair(1, 5)));
}

TEST(HeldBack, AUserWithTooFewToBeHeldBackIsKnown) {
  const auto held = read(R"({"data":{"events":2,"last_time":4,"held":{"rule":"leave-one-out"}}})");
  EXPECT_THAT(unknown(held, sequences_of({{1, 2}})), IsEmpty());
}

TEST(HeldBack, ARuleThatThisReleaseDoesNotKnowIsNotReliedOn) {
  for (const auto* const rule : {R"({"rule":"by-country"})", R"({"rule":"users","share":0.5,"hash":2})",
                                 R"({"rule":"users","hash":1})", R"({"rule":7})", "[]"}) {
    const auto held =
        read(R"({"data":{"events":4,"last_time":40,"learned_until":40,"held":)" + std::string(rule) + "}}");
    EXPECT_EQ(held.rule, std::nullopt) << rule;
    EXPECT_THAT(unknown(held, sequences_of({{1, 2, 3, 40, 41}})), ElementsAre(Pair(0, 4))) << rule;
  }
  EXPECT_EQ(read(R"({"data":{"last_time":40,"learned_until":40,"held":{"rule":"leave-one-out"}}})").rule, std::nullopt);
}

TEST(HeldBack, IsReadAsItWasWritten) {
  const auto read_back = [](checkpoint::HeldRecord held) {
    checkpoint::Metrics metrics;
    auto& data = metrics.data.emplace();
    data.events = 5;
    data.held = std::move(held);
    data.last_time = 4;
    const auto json = to_json(metrics);
    return held_back_of(checkpoint::read_metrics(json), base::Time(std::chrono::seconds(kCreated)));
  };
  EXPECT_EQ(read_back(held_by_protocol(dataset::Protocol::kLeaveOneOut)).rule, HeldRule::kLeaveOneOut);
  EXPECT_EQ(read_back(held_by_protocol(dataset::Protocol::kTimeSplit)).rule, HeldRule::kTimeSplit);
  const auto users = read_back(held_by_users(1.0 / 3));
  EXPECT_EQ(users.rule, HeldRule::kUsers);
  EXPECT_EQ(users.share, 1.0 / 3);
  EXPECT_EQ(users.events, 5U);
  EXPECT_EQ(users.log_end, 4);
}

}  // namespace
}  // namespace sasrec::retraining
