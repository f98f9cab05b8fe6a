#include "http/server/waiter.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sasrec::http {

struct Waiter::Timer {
  boost::asio::steady_timer timer;
};

Waiter::Waiter(const boost::asio::any_io_executor& executor)
    : timer_(std::make_unique<Timer>(boost::asio::steady_timer(executor))) {}

Waiter::~Waiter() = default;

boost::asio::awaitable<void> Waiter::wait(Clock::time_point until) {
  timer_->timer.expires_at(until);
  // A cancelled timer is the wake-up, not an error, so the outcome is not looked at.
  co_await timer_->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

void Waiter::wake() {
  timer_->timer.cancel();
}

void Waiter::hurry() {
  hurried_ = true;
  wake();
}

}  // namespace sasrec::http
