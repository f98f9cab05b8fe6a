#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace sasrec::http {

/// Where the coroutine of one connection waits for something that isn't its socket. All on the connection's I/O thread.
class Waiter {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Waiter(const boost::asio::any_io_executor& executor);
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  /// Until wake(), or `until`. May end early: look at what was waited for.
  boost::asio::awaitable<void> wait(Clock::time_point until);
  void wake();

  /// From now on nobody should wait longer than for what must end: the client has gone, or the server is stopping.
  void hurry();
  bool hurried() const { return hurried_; }

 private:
  struct Timer;
  std::unique_ptr<Timer> timer_;
  bool hurried_ = false;
};

}  // namespace sasrec::http
