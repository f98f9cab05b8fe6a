#include <set>
#include <thread>

#include "store_fixture.hpp"

namespace sasrec {
namespace {

using bus::Status;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Requests that are published again two seconds after they were stored.
class StoreSweeper : public test::StoreTest {
 protected:
  void SetUp() override {
    test::StoreTest::SetUp();
    open({.first_attempt_after = seconds(2)});
  }

  std::vector<base::Uuid> take(base::Time now, std::size_t most = 100) {
    const auto due = store_->take_due(now, now, seconds(4), most);
    EXPECT_TRUE(due.has_value()) << due.error().message;
    std::vector<base::Uuid> ids;
    for (const auto& message : *due) ids.push_back(message.id);
    return ids;
  }
};

TEST_F(StoreSweeper, RequestIsDueAfterItsFirstPauseAndThenAtGrowingOnes) {
  const auto asked = request();
  const auto stored = accept(asked)->stored;
  const auto id = asked.message.id;
  EXPECT_THAT(take(stored + milliseconds(1'000)), IsEmpty());
  auto now = stored + seconds(2);
  // 4, 8, 16, 32 seconds, then a minute.
  for (const auto pause : {seconds(4), seconds(8), seconds(16), seconds(32), seconds(60), seconds(60)}) {
    EXPECT_THAT(take(now), ElementsAre(id));
    EXPECT_THAT(take(now + pause - milliseconds(1)), IsEmpty());
    now += pause;
  }
  const auto last = store_->take_due(now, now, seconds(4), 1);
  ASSERT_THAT(*last, SizeIs(1));
  EXPECT_EQ(last->front().attempt, 8U);
}

TEST_F(StoreSweeper, OldestComeFirstAndNoMoreThanAskedFor) {
  std::vector<base::Uuid> ids;
  for (int i = 0; i < 5; ++i) {
    auto asked = request();
    asked.message.created += milliseconds(i);
    ids.push_back(asked.message.id);
    ASSERT_TRUE(accept(asked));
  }
  const auto now = base::now() + seconds(10);
  EXPECT_THAT(take(now, 2), ElementsAre(ids[0], ids[1]));
  EXPECT_THAT(take(now, 100), ElementsAre(ids[2], ids[3], ids[4]));
  EXPECT_THAT(take(now, 100), IsEmpty());
}

TEST_F(StoreSweeper, FinalAndLateRequestsAreLeftOut) {
  const auto done = request();
  ASSERT_TRUE(accept(done));
  const auto finished = result(done.message.id);
  ASSERT_EQ(store_->finish({&finished, 1}).value(), 1U);
  auto late = request();
  late.message.deadline = late.message.created + seconds(3);
  ASSERT_TRUE(accept(late));
  EXPECT_THAT(take(late.message.deadline + milliseconds(1)), IsEmpty());
}

TEST_F(StoreSweeper, TwoSweepersNeverGetTheSameRow) {
  for (int i = 0; i < 600; ++i) store_->accept(request(), [](const base::Result<serving::Accepted>&) {});
  ASSERT_TRUE(accept(request()));
  const auto now = base::now() + seconds(10);
  std::vector<std::vector<base::Uuid>> taken(4);
  {
    std::vector<std::jthread> sweepers;
    sweepers.reserve(taken.size());
    for (auto& mine : taken) {
      sweepers.emplace_back([&] {
        while (true) {
          const auto some = take(now, 37);
          // Fewer may come while others hold rows; none come only when all are taken or held.
          if (some.empty()) break;
          mine.insert(mine.end(), some.begin(), some.end());
        }
      });
    }
  }
  taken.push_back(take(now, 1'000));  // what all had skipped at their ends
  std::set<base::Uuid> distinct;
  std::size_t all = 0;
  for (const auto& mine : taken) {
    all += mine.size();
    distinct.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(all, 601U);
  EXPECT_EQ(distinct.size(), 601U);
}

TEST_F(StoreSweeper, PastItsDeadlineARequestExpires) {
  auto asked = request();
  asked.message.deadline = asked.message.created + seconds(3);
  asked.message.traceparent = "00-trace";
  ASSERT_TRUE(accept(asked));
  ASSERT_TRUE(accept(request()));
  EXPECT_THAT(*store_->expire(asked.message.deadline, asked.message.deadline, 10), IsEmpty());
  const auto before = asked.message.deadline + milliseconds(1);
  const auto expired = store_->expire(before, before, 10);
  ASSERT_TRUE(expired.has_value()) << expired.error().message;
  ASSERT_THAT(*expired, SizeIs(1));
  const auto& row = expired->front();
  EXPECT_EQ(row.id, asked.message.id);
  EXPECT_EQ(row.user, "u1");
  EXPECT_EQ(row.status, Status::kExpired);
  EXPECT_EQ(row.created, asked.message.created);
  EXPECT_EQ(row.deadline, asked.message.deadline);
  EXPECT_EQ(row.traceparent, "00-trace");
  EXPECT_FALSE(row.error.empty());
  const auto found = find(asked.message.id);
  EXPECT_EQ(found->status, Status::kExpired);
  EXPECT_EQ(*found, row);
  EXPECT_THAT(*store_->expire(before, before, 10), IsEmpty());
  // A result that comes now changes nothing.
  auto late = result(asked.message.id);
  late.finished = before;
  EXPECT_EQ(store_->finish({&late, 1}).value(), 0U);
}

TEST_F(StoreSweeper, NoMoreExpireThanAskedFor) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(accept(request()));
  EXPECT_THAT(*store_->expire(base::now() + minutes(20), base::now() + minutes(20), 2), SizeIs(2));
  EXPECT_THAT(*store_->expire(base::now() + minutes(20), base::now() + minutes(20), 2), SizeIs(1));
}

}  // namespace
}  // namespace sasrec
