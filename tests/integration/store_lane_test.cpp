#include <atomic>
#include <chrono>
#include <latch>
#include <thread>

#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using std::chrono::seconds;
using std::chrono::steady_clock;

class StoreLane : public test::StoreTest {
 protected:
  std::size_t rows() const { return static_cast<std::size_t>(number("SELECT count(*) FROM recommendations")); }
};

TEST_F(StoreLane, WhatWaitsAtDestructionIsWritten) {
  test::Ends ends;
  for (int i = 0; i < 500; ++i) store_->accept(request(), ends.one());
  store_.reset();
  EXPECT_EQ(ends.created, 500);
  EXPECT_EQ(rows(), 500U);
}

TEST_F(StoreLane, WhatWaitsAtDestructionEndsWithoutADatabaseToo) {
  server_.stop();
  test::Ends ends;
  for (int i = 0; i < 500; ++i) store_->accept(request(), ends.one());
  const auto begun = steady_clock::now();
  store_.reset();
  EXPECT_LT(steady_clock::now() - begun, seconds(4));
  EXPECT_EQ(ends.unavailable, 500);
}

TEST_F(StoreLane, CallMayBeMadeFromADone) {
  std::latch answered(2);
  store_->accept(request(), [&](const base::Result<serving::Accepted>&) {
    store_->accept(request(), [&](const base::Result<serving::Accepted>&) { answered.count_down(); });
    answered.count_down();
  });
  answered.wait();
  EXPECT_EQ(rows(), 2U);
}

TEST_F(StoreLane, WhatWaitsIsWrittenInOneTransaction) {
  auto blocker = connect();
  execute(blocker, "BEGIN; LOCK TABLE recommendations IN EXCLUSIVE MODE");
  std::latch answered(101);
  const auto count = [&](const base::Result<serving::Accepted>&) {
    answered.count_down();
  };
  store_->accept(request(), count);
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return store_->waiting_requests() == 0; }));
  for (int i = 0; i < 100; ++i) store_->accept(request(), count);
  EXPECT_EQ(store_->waiting_requests(), 100U);
  execute(blocker, "ROLLBACK");
  answered.wait();
  EXPECT_EQ(number("SELECT count(*) FROM recommendations"), 101);
  EXPECT_EQ(number("SELECT count(DISTINCT xmin::text) FROM recommendations"), 2);
}

TEST_F(StoreLane, TooManyWaitingAreRefusedAtOnce) {
  open({.max_waiting_requests = 3});
  auto blocker = connect();
  execute(blocker, "BEGIN; LOCK TABLE recommendations IN EXCLUSIVE MODE");
  std::latch answered(4);
  const auto count = [&](const base::Result<serving::Accepted>& accepted) {
    EXPECT_TRUE(accepted.has_value());
    answered.count_down();
  };
  store_->accept(request(), count);
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return store_->waiting_requests() == 0; }));
  for (int i = 0; i < 3; ++i) store_->accept(request(), count);
  bool refused = false;
  store_->accept(request(), [&](const base::Result<serving::Accepted>& accepted) {
    refused = test::code(accepted) == ErrorCode::kOverloaded;
  });
  EXPECT_TRUE(refused);
  execute(blocker, "ROLLBACK");
  answered.wait();
}

TEST_F(StoreLane, AQueueThatTheServerDoesNotKeepUpWithTakesNoMore) {
  open({.max_wait = std::chrono::milliseconds(50)});
  auto blocker = connect();
  execute(blocker, "BEGIN; LOCK TABLE recommendations IN EXCLUSIVE MODE");
  constexpr int kMayWait = 257;  // however long
  std::latch answered(1 + kMayWait);
  const auto count = [&](const base::Result<serving::Accepted>& accepted) {
    EXPECT_TRUE(accepted.has_value());
    answered.count_down();
  };
  store_->accept(request(), count);
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return store_->waiting_requests() == 0; }));
  store_->accept(request(), count);
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  for (int i = 1; i < kMayWait; ++i) store_->accept(request(), count);
  bool refused = false;
  store_->accept(request(), [&](const base::Result<serving::Accepted>& accepted) {
    refused = test::code(accepted) == ErrorCode::kOverloaded;
  });
  EXPECT_TRUE(refused);
  execute(blocker, "ROLLBACK");
  answered.wait();
}

}  // namespace
}  // namespace sasrec
