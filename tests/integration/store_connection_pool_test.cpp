#include <chrono>

#include "store/connection_pool.hpp"
#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

class StoreConnectionPool : public test::StoreTest {};

TEST_F(StoreConnectionPool, PoolLendsNoMoreThanItMayAndReplacesWhatIsLost) {
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

}  // namespace
}  // namespace sasrec
