#include <atomic>
#include <latch>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>

#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

class PostgresStoreFaults : public test::StoreTest {
 protected:
  std::size_t rows() const { return static_cast<std::size_t>(number("SELECT count(*) FROM recommendations")); }

  bool healthy_within(milliseconds limit) {
    return test::eventually(limit, [&] { return store_->health().has_value(); });
  }
};

TEST_F(PostgresStoreFaults, CallsOutlastADatabaseThatIsAwayForLessThanPatience) {
  open({.patience = seconds(20)});
  ASSERT_TRUE(accept(request()));
  server_.stop();
  test::Ends ends;
  for (int i = 0; i < 50; ++i) store_->accept(request(), ends.one());
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return !store_->health().has_value(); }));
  EXPECT_EQ(ends.all(), 0);
  server_.start();
  ASSERT_TRUE(test::eventually(seconds(10), [&] { return ends.all() == 50; }));
  EXPECT_EQ(ends.created, 50);
  EXPECT_EQ(rows(), 51U);
}

TEST_F(PostgresStoreFaults, BeyondPatienceCallsEndAndLaterOnesWorkAgain) {
  open({.patience = milliseconds(300)});
  ASSERT_TRUE(accept(request()));
  server_.stop();
  test::Ends ends;
  const auto begun = steady_clock::now();
  for (int i = 0; i < 50; ++i) store_->accept(request(), ends.one());
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return ends.all() == 50; }));
  EXPECT_GE(steady_clock::now() - begun, milliseconds(300));
  EXPECT_LT(steady_clock::now() - begun, seconds(5));
  EXPECT_EQ(ends.unavailable, 50);
  EXPECT_EQ(test::code(find(base::Uuid::make())), ErrorCode::kUnavailable);
  EXPECT_EQ(test::code(add({interaction("e1", "u1", "i1")})), ErrorCode::kUnavailable);
  EXPECT_EQ(store_->waiting_requests(), 0U);
  server_.start();
  EXPECT_TRUE(healthy_within(seconds(3)));
  EXPECT_TRUE(test::eventually(seconds(3), [&] { return accept(request()).has_value(); }));
  EXPECT_TRUE(test::eventually(seconds(3), [&] { return add({interaction("e1", "u1", "i1")}).has_value(); }));
}

TEST_F(PostgresStoreFaults, StoreMayBeMadeBeforeTheDatabaseIsThere) {
  store_.reset();
  server_.stop();
  open({.patience = seconds(20)});
  EXPECT_EQ(test::code(store_->health()), ErrorCode::kUnavailable);
  test::Ends ends;
  store_->accept(request(), ends.one());
  server_.start();
  ASSERT_TRUE(test::eventually(seconds(10), [&] { return ends.all() == 1; }));
  EXPECT_EQ(ends.created, 1);
}

TEST_F(PostgresStoreFaults, LostConnectionsAreReplacedAndEveryCallIsDoneOnce) {
  std::atomic<int> retries = 0;
  open({.patience = seconds(20), .on_retry = [&](store::Operation operation) {
          EXPECT_EQ(operation.name(), "accept");
          ++retries;
        }});
  auto killer = connect();
  test::Ends ends;
  std::atomic<bool> stop = false;
  int asked = 0;
  std::jthread caller([&] {
    while (!stop) {
      for (int i = 0; i < 50; ++i) {
        auto one = request();
        one.fingerprint = "f";
        one.read_history = i % 2 == 0;
        store_->accept(std::move(one), ends.one());
        ++asked;
      }
      static_cast<void>(accept(request("pause")));
    }
  });
  EXPECT_TRUE(test::eventually(test::kLong, [&] {
    execute(killer, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sasrec'");
    return retries >= 10;
  }));
  stop = true;
  caller.join();
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return ends.all() == asked; }));
  // Those whose first try was written and only its answer lost count as new too.
  EXPECT_EQ(ends.created, asked);
  EXPECT_EQ(number("SELECT count(*) FROM recommendations WHERE user_id = 'u1'"), asked);
}

TEST_F(PostgresStoreFaults, WhatWasAcceptedOutlivesACrashOfTheServer) {
  open({.patience = seconds(20)});
  test::Ends ends;
  std::atomic<bool> stop = false;
  int asked = 0;
  std::jthread caller([&] {
    while (!stop) {
      store_->accept(request(), ends.one());
      ++asked;
      if (asked % 100 == 0) static_cast<void>(accept(request("pause")));
    }
  });
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return ends.created >= 300; }));
  server_.kill();
  server_.start();
  const int before = ends.created;
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return ends.created >= before + 300; }));
  stop = true;
  caller.join();
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return ends.all() == asked; }));
  EXPECT_EQ(ends.created, asked);
  EXPECT_EQ(number("SELECT count(*) FROM recommendations WHERE user_id = 'u1'"), asked);
}

TEST_F(PostgresStoreFaults, HealthTellsOfAnOutageAndItsEnd) {
  std::atomic<int> lost = 0;
  std::atomic<int> found = 0;
  open({.on_health = [&](const base::Result<void>& health) {
    ++(health ? found : lost);
  }});
  ASSERT_TRUE(healthy_within(test::kLong));
  EXPECT_EQ(found, 1);
  server_.stop();
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return !store_->health().has_value(); }));
  EXPECT_THAT(store_->health().error().message, HasSubstr("database"));
  server_.start();
  EXPECT_TRUE(healthy_within(seconds(3)));
  EXPECT_EQ(found, 2);
  EXPECT_GE(lost, 1);
}

TEST_F(PostgresStoreFaults, BlockingCallsFailAtOnceWhileTheDatabaseIsAwayAndWorkAfter) {
  ASSERT_TRUE(store_->keys());
  ASSERT_TRUE(store_->popular(1, std::nullopt));
  ASSERT_TRUE(store_->count_popular());
  server_.stop();
  const auto begun = steady_clock::now();
  const auto one = result(base::Uuid::make());
  EXPECT_EQ(test::code(store_->finish({&one, 1})), ErrorCode::kUnavailable);
  EXPECT_EQ(test::code(store_->keys()), ErrorCode::kUnavailable);
  EXPECT_EQ(test::code(store_->popular(1, std::nullopt)), ErrorCode::kUnavailable);
  EXPECT_EQ(test::code(store_->count_popular()), ErrorCode::kUnavailable);
  EXPECT_EQ(test::code(store_->take_due(base::now(), base::now(), seconds(1), 1)), ErrorCode::kUnavailable);
  EXPECT_LT(steady_clock::now() - begun, seconds(4));
  server_.start();
  EXPECT_TRUE(store_->keys());
  EXPECT_TRUE(store_->finish({&one, 1}));
  EXPECT_TRUE(store_->popular(1, std::nullopt));
  EXPECT_TRUE(store_->count_popular());
}

TEST_F(PostgresStoreFaults, EachOperationIsTimedUnderItsOwnName) {
  std::mutex mutex;
  std::multiset<std::string> timed;
  open({.on_done = [&](store::Operation operation, std::chrono::nanoseconds took) {
    const std::scoped_lock lock(mutex);
    EXPECT_GT(took.count(), 0);
    timed.emplace(operation.name());
  }});
  // Whatever they answer: what counts is that each is timed once, and under which name.
  const auto id = base::Uuid::make();
  const auto ignore = [](const auto&...) {
  };
  ASSERT_TRUE(accept(request()));
  ignore(test::answer<bus::ResultRecord>([&](auto done) { store_->find(id, done); }));
  ignore(test::answer<std::vector<bus::ResultRecord>>([&](auto done) { store_->ended_since({}, 1, done); }));
  ignore(test::answer<std::vector<serving::StoredInteraction>>([&](auto done) { store_->history("u", 1, done); }));
  ignore(test::answer<std::vector<serving::UserSummary>>([&](auto done) { store_->users("", "", 1, done); }));
  ignore(test::answer<std::size_t>([&](auto done) { store_->remove_user("u", done); }));
  ignore(test::answer<std::size_t>([&](auto done) { store_->put({{.id = "i1"}}, done); }));
  const bus::Interaction interaction{.id = "e", .user = "u", .item = "i1", .time = base::now(), .kind = "view"};
  ignore(test::answer<serving::AddedInteractions>([&](auto done) { store_->add({interaction}, done); }));
  ignore(store_->add_now(std::span(&interaction, 1)), store_->finish({}),
         store_->take_due(base::now(), base::now(), seconds(1), 1), store_->expire(base::now(), base::now(), 1),
         store_->popular(1, std::nullopt), store_->count_popular(), store_->change({}), store_->changed({}, 1),
         store_->keys(), store_->add_key({.name = "k"}), store_->remove_key("k"));
  ignore(store_->request_run("request"), store_->training_runs(1), store_->training_need({}),
         store_->take_run("t", seconds(1), 1), store_->report_run(id, "t", {}), store_->release_run(id, "t"),
         store_->finish_run(id, "t", {}));
  const versions::Presence presence{.name = "w"};
  ignore(store_->mirror_models({}), store_->say_present(presence), store_->withdraw(presence.role, presence.name),
         store_->present(presence.role, seconds(1)));
  store_.reset();
  EXPECT_EQ(timed, std::multiset<std::string>(store::kOperations.begin(), store::kOperations.end()));
}

}  // namespace
}  // namespace sasrec
