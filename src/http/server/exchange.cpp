#include "http/server/exchange.hpp"

namespace sasrec::http {

using serving::ResultHub;

Task<ResultHub::Result> Exchange::await_result(ResultHub& hub, base::Uuid id, Waiter::Clock::time_point until) {
  auto reply = std::make_shared<Reply<ResultHub::Result>>();
  const auto ticket = hub.wait(id, [reply, mailbox = surroundings_.mailbox](ResultHub::Result result) {
    mailbox->post([reply, result = std::move(result)]() mutable { reply->finish(std::move(result)); });
  });
  {
    const Wakeup<ResultHub::Result> wakeup(*reply, waiter_);
    while (!reply->result && !waiter_.hurried() && Waiter::Clock::now() < until) co_await waiter_.wait(until);
  }
  hub.forget(id, ticket);
  co_return reply->result ? reply->result->value() : nullptr;
}

}  // namespace sasrec::http
