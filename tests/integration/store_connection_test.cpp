#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "store/connection.hpp"
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

class StoreConnection : public test::StoreTest {};

TEST_F(StoreConnection, ServerThatDoesNotAnswerIsGivenUp) {
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

TEST_F(StoreConnection, StatementThatNobodyWaitsForEnds) {
  auto opened = store::Connection::open({.url = url(), .statement_timeout = milliseconds(100)});
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(test::code(opened->execute("SELECT pg_sleep(60)", soon())), ErrorCode::kUnavailable);
  EXPECT_TRUE(opened->execute("SELECT 1", soon()));
}

TEST_F(StoreConnection, MessagesHoldNoPassword) {
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

TEST_F(StoreConnection, MessagesHoldNoValues) {
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
TEST_F(StoreConnection, ASocketThatIsFullForAMomentHoldsNoCopyUp) {
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
