#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <latch>
#include <thread>

#include "store/connection_pool.hpp"
#include "store_fixture.hpp"

namespace {

std::atomic<bool> sends_are_refused = false;
std::atomic<int> refused_sends = 0;
std::atomic<int> sends = 0;

}  // namespace

/// In the place of libc's: libpq sends by it.
extern "C" ssize_t send(int socket, const void* data, std::size_t size, int flags) {
  if (sends_are_refused && static_cast<unsigned>(sends++) * 2654435761U >> 31U == 0) {
    ++refused_sends;
    errno = EAGAIN;
    return -1;
  }
  return ::syscall(SYS_sendto, socket, data, size, flags, nullptr, 0);
}

namespace sasrec {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

/// While it lives, about every second send of this process finds its socket full.
struct FullNowAndThen {
  FullNowAndThen() { sends_are_refused = true; }
  ~FullNowAndThen() { sends_are_refused = false; }
  FullNowAndThen(const FullNowAndThen&) = delete;
  FullNowAndThen& operator=(const FullNowAndThen&) = delete;
  int refused() const { return refused_sends; }
};

/// Counts how calls end.
struct Ends {
  std::atomic<int> created = 0;
  std::atomic<int> there_before = 0;
  std::atomic<int> unavailable = 0;
  std::atomic<int> other = 0;

  base::Done<serving::Accepted> one() {
    return [this](const base::Result<serving::Accepted>& accepted) {
      if (accepted) {
        ++(accepted->created ? created : there_before);
      } else {
        ++(accepted.error().code == ErrorCode::kUnavailable ? unavailable : other);
      }
    };
  }
  int all() const { return created + there_before + unavailable + other; }
};

class StoreFaults : public test::StoreTest {
 protected:
  std::size_t rows() const { return static_cast<std::size_t>(number("SELECT count(*) FROM recommendations")); }

  bool healthy_within(milliseconds limit) {
    return test::eventually(limit, [&] { return store_->health().has_value(); });
  }
};

TEST_F(StoreFaults, CallsOutlastADatabaseThatIsAwayForLessThanPatience) {
  open({.patience = seconds(20)});
  ASSERT_TRUE(accept(request()));
  server_.stop();
  Ends ends;
  for (int i = 0; i < 50; ++i) store_->accept(request(), ends.one());
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return !store_->health().has_value(); }));
  EXPECT_EQ(ends.all(), 0);
  server_.start();
  ASSERT_TRUE(test::eventually(seconds(10), [&] { return ends.all() == 50; }));
  EXPECT_EQ(ends.created, 50);
  EXPECT_EQ(rows(), 51U);
}

TEST_F(StoreFaults, BeyondPatienceCallsEndAndLaterOnesWorkAgain) {
  open({.patience = milliseconds(300)});
  ASSERT_TRUE(accept(request()));
  server_.stop();
  Ends ends;
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

TEST_F(StoreFaults, StoreMayBeMadeBeforeTheDatabaseIsThere) {
  store_.reset();
  server_.stop();
  open({.patience = seconds(20)});
  EXPECT_EQ(test::code(store_->health()), ErrorCode::kUnavailable);
  Ends ends;
  store_->accept(request(), ends.one());
  server_.start();
  ASSERT_TRUE(test::eventually(seconds(10), [&] { return ends.all() == 1; }));
  EXPECT_EQ(ends.created, 1);
}

TEST_F(StoreFaults, LostConnectionsAreReplacedAndEveryCallIsDoneOnce) {
  std::atomic<int> retries = 0;
  open({.patience = seconds(20), .on_retry = [&](std::string_view operation) {
          EXPECT_EQ(operation, "accept");
          ++retries;
        }});
  auto killer = connect();
  Ends ends;
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

TEST_F(StoreFaults, WhatWasAcceptedOutlivesACrashOfTheServer) {
  open({.patience = seconds(20)});
  Ends ends;
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

TEST_F(StoreFaults, WhatWaitsAtDestructionIsWritten) {
  Ends ends;
  for (int i = 0; i < 500; ++i) store_->accept(request(), ends.one());
  store_.reset();
  EXPECT_EQ(ends.created, 500);
  EXPECT_EQ(rows(), 500U);
}

TEST_F(StoreFaults, WhatWaitsAtDestructionEndsWithoutADatabaseToo) {
  server_.stop();
  Ends ends;
  for (int i = 0; i < 500; ++i) store_->accept(request(), ends.one());
  const auto begun = steady_clock::now();
  store_.reset();
  EXPECT_LT(steady_clock::now() - begun, seconds(4));
  EXPECT_EQ(ends.unavailable, 500);
}

TEST_F(StoreFaults, CallMayBeMadeFromADone) {
  std::latch answered(2);
  store_->accept(request(), [&](const base::Result<serving::Accepted>&) {
    store_->accept(request(), [&](const base::Result<serving::Accepted>&) { answered.count_down(); });
    answered.count_down();
  });
  answered.wait();
  EXPECT_EQ(rows(), 2U);
}

TEST_F(StoreFaults, HealthTellsOfAnOutageAndItsEnd) {
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

TEST_F(StoreFaults, BlockingCallsFailAtOnceWhileTheDatabaseIsAwayAndWorkAfter) {
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
  EXPECT_EQ(test::code(store_->take_due(base::now(), seconds(1), 1)), ErrorCode::kUnavailable);
  EXPECT_LT(steady_clock::now() - begun, seconds(4));
  server_.start();
  EXPECT_TRUE(store_->keys());
  EXPECT_TRUE(store_->finish({&one, 1}));
  EXPECT_TRUE(store_->popular(1, std::nullopt));
  EXPECT_TRUE(store_->count_popular());
}

TEST_F(StoreFaults, ServerThatDoesNotAnswerIsGivenUp) {
  open({.patience = milliseconds(200), .call_timeout = milliseconds(200), .connections = 1});
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  auto blocker = connect();
  execute(blocker, "BEGIN; LOCK TABLE recommendations IN EXCLUSIVE MODE");
  EXPECT_EQ(test::code(accept(request())), ErrorCode::kUnavailable);
  const auto one = result(asked.message.id);
  const auto finished = store_->finish({&one, 1});
  EXPECT_EQ(test::code(finished), ErrorCode::kUnavailable);
  EXPECT_THAT(finished.error().message, HasSubstr("in time"));
  execute(blocker, "ROLLBACK");
  EXPECT_TRUE(test::eventually(seconds(5), [&] { return accept(request()).has_value(); }));
  EXPECT_TRUE(store_->finish({&one, 1}));
}

TEST_F(StoreFaults, PoolLendsNoMoreThanItMayAndReplacesWhatIsLost) {
  store::ConnectionPool pool({.url = url()}, 1);
  const auto ask = [&](store::Deadline deadline) {
    return pool.with(deadline, [&](store::Connection& connection) { return connection.execute("", soon()); });
  };
  const auto inner = pool.with(soon(), [&](store::Connection&) { return ask(steady_clock::now() + milliseconds(50)); });
  EXPECT_EQ(test::code(inner), ErrorCode::kUnavailable);
  EXPECT_THAT(inner.error().message, HasSubstr("in use"));
  EXPECT_TRUE(ask(soon()));
  server_.stop();
  EXPECT_EQ(test::code(ask(soon())), ErrorCode::kUnavailable);
  server_.start();
  EXPECT_TRUE(ask(soon()));
}

TEST_F(StoreFaults, StatementThatNobodyWaitsForEnds) {
  auto opened = store::Connection::open({.url = url(), .statement_limit = milliseconds(100)});
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(test::code(opened->execute("SELECT pg_sleep(60)", soon())), ErrorCode::kUnavailable);
  EXPECT_TRUE(opened->execute("SELECT 1", soon()));
}

TEST_F(StoreFaults, MessagesHoldNoPassword) {
  for (const std::string bad :
       {"postgres://user:s3cret@127.0.0.1:port/name", "postgres://user:s3cret@[::1/name",
        "host=x password=s3cret nonsense", "postgres://user:s3cret@127.0.0.1:5432/x?s3cret=1"}) {
    const auto opened = store::Connection::open({.url = bad});
    ASSERT_FALSE(opened.has_value()) << bad;
    EXPECT_THAT(opened.error().message, Not(HasSubstr("s3cret")));
  }
  const auto refused = store::Connection::open({.url = "postgres://user:s3cret@127.0.0.1:1/name"});
  EXPECT_EQ(test::code(refused), ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().message, Not(HasSubstr("s3cret")));
}

TEST_F(StoreFaults, MessagesHoldNoValues) {
  const auto put = test::answer<std::size_t>(
      [&](auto done) { store_->put({{.id = "i1", .attributes = "s3cret"}}, std::move(done)); });
  EXPECT_EQ(test::code(put), ErrorCode::kInvalidInput);
  EXPECT_THAT(put.error().message, Not(HasSubstr("s3cret")));
  const auto added = add({interaction("e1", "s3cret" + std::string(300, 'x'), "i1")});
  EXPECT_EQ(test::code(added), ErrorCode::kInvalidInput);
  EXPECT_THAT(added.error().message, Not(HasSubstr("s3cret")));
  EXPECT_THAT(added.error().message, HasSubstr("interactions_user_id_check"));
}

// The socket may be full at one look and empty at the next: what then is sent needs no further wait.
TEST_F(StoreFaults, ASocketThatIsFullForAMomentHoldsNoCopyUp) {
  auto connection = connect();
  execute(connection, "CREATE TEMP TABLE copied (text text)");
  const std::string row(1023, 'x');
  std::string data;
  for (int n = 0; n < 2'048; ++n) data += row + "\n";
  const FullNowAndThen full;
  const auto copied = connection.copy("COPY copied FROM STDIN", data, steady_clock::now() + seconds(10));
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(*copied, 2'048U);
  EXPECT_GE(full.refused(), 8);  // the test itself: libpq does send by this
}

}  // namespace
}  // namespace sasrec
