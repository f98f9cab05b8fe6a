#include <gmock/gmock.h>

#include <chrono>
#include <vector>

#include "support/contracts/store_contract.hpp"

namespace sasrec::test {
namespace {

using base::ErrorCode;
using bus::Status;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

serving::NewRequest request() {
  serving::NewRequest request;
  request.message.id = base::Uuid::make();
  request.message.user = "u1";
  request.message.history = {"i1", "i2"};
  request.message.created = base::now();
  request.message.deadline = request.message.created + 10min;
  return request;
}

bus::ResultRecord result_of(const serving::NewRequest& request) {
  return {.id = request.message.id,
          .user = "u1",
          .status = Status::kDone,
          .model = "20261122T153000Z-000007",
          .source = "model",
          .items = {{"i7", 0.5F}},
          .finished = request.message.created + 5ms};
}

TEST_P(StoreContract, ARequestIsPendingUntilItsFirstResult) {
  const auto asked = request();
  const auto accepted = accept(asked);
  ASSERT_TRUE(accepted);
  EXPECT_TRUE(accepted->created);
  EXPECT_THAT(accepted->history, ElementsAre("i1", "i2"));
  const auto pending = find(asked.message.id);
  ASSERT_TRUE(pending);
  EXPECT_EQ(pending->status, Status::kPending);
  EXPECT_EQ(pending->user, "u1");
  EXPECT_EQ(pending->deadline, asked.message.deadline);

  const auto first = result_of(asked);
  EXPECT_EQ(recommendations_.finish({&first, 1}).value(), 1U);
  auto second = first;
  second.status = Status::kFailed;
  EXPECT_EQ(recommendations_.finish({&second, 1}).value(), 0U);
  const auto done = find(asked.message.id);
  EXPECT_EQ(done->status, Status::kDone);
  EXPECT_EQ(done->items, first.items);
  EXPECT_EQ(done->finished, first.finished);
}

TEST_P(StoreContract, ARequestIsAcceptedOnceAndKeepsItsFirstContent) {
  auto asked = request();
  asked.fingerprint = "one";
  ASSERT_TRUE(accept(asked)->created);
  auto again = asked;
  again.message.history = {"other"};
  again.fingerprint = "two";
  const auto repeated = accept(again);
  ASSERT_TRUE(repeated);
  EXPECT_FALSE(repeated->created);
  EXPECT_EQ(repeated->fingerprint, "one");
  EXPECT_THAT(repeated->history, ElementsAre("i1", "i2"));
}

TEST_P(StoreContract, OfEqualIdsInOneCallTheFirstCounts) {
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  auto results = std::vector{result_of(asked), result_of(asked)};
  results[1].items = {{"other", 1}};
  EXPECT_EQ(recommendations_.finish(results).value(), 1U);
  EXPECT_EQ(find(asked.message.id)->items, results[0].items);
}

TEST_P(StoreContract, ResultsWithoutARowAreIgnored) {
  const auto unknown = result_of(request());
  EXPECT_EQ(recommendations_.finish({&unknown, 1}).value(), 0U);
  EXPECT_EQ(find(unknown.id).error().code, ErrorCode::kNotFound);
}

TEST_P(StoreContract, ARequestPastItsDeadlineExpiresUnlessAResultWasMadeInTime) {
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  const auto deadline = asked.message.deadline;
  EXPECT_THAT(recommendations_.expire(deadline, deadline, 10).value(), IsEmpty());
  const auto later = deadline + 2s;
  const auto expired = recommendations_.expire(later, later, 10);
  ASSERT_THAT(expired.value(), SizeIs(1));
  EXPECT_EQ(expired->front().status, Status::kExpired);
  EXPECT_EQ(expired->front().finished, later);
  EXPECT_THAT(recommendations_.expire(later, later, 10).value(), IsEmpty());

  auto late = result_of(asked);
  late.finished = deadline + 1ms;
  EXPECT_EQ(recommendations_.finish({&late, 1}).value(), 0U);
  EXPECT_EQ(find(asked.message.id)->status, Status::kExpired);
  auto in_time = result_of(asked);
  in_time.finished = deadline;
  EXPECT_EQ(recommendations_.finish({&in_time, 1}).value(), 1U);
  EXPECT_EQ(find(asked.message.id)->status, Status::kDone);
}

TEST_P(StoreContract, ADueRequestIsTakenWithGrowingPauses) {
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  auto now = asked.message.created + 1min;
  const auto take = [&](base::Time due) {
    return recommendations_.take_due(due, now, 4s, 10).value();
  };
  EXPECT_THAT(take(asked.message.created), IsEmpty()) << "not due yet by then";
  const auto first = take(now);
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].id, asked.message.id);
  EXPECT_EQ(first[0].attempt, 2U);
  EXPECT_THAT(first[0].history, ElementsAre("i1", "i2"));
  now += 3s;
  EXPECT_THAT(take(now), IsEmpty());
  now += 1s;
  EXPECT_EQ(take(now).at(0).attempt, 3U);
  now += 7s;
  EXPECT_THAT(take(now), IsEmpty());
  now += 1s;
  EXPECT_EQ(take(now).at(0).attempt, 4U);
  now = asked.message.deadline + 1s;
  EXPECT_THAT(take(now), IsEmpty()) << "past its deadline";
}

}  // namespace
}  // namespace sasrec::test
