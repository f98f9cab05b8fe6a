#include "http/server/exchange.hpp"

namespace sasrec::http {

using serving::ResultHub;

Task<ResultHub::Result> Exchange::await_result(base::Uuid id, Waiter::Clock::time_point until) {
  auto call = std::make_shared<Call<ResultHub::Result>>();
  auto& hub = services().results;
  const auto ticket = hub.wait(id, [call, mailbox = surroundings_.mailbox](ResultHub::Result result) {
    mailbox->post([call, result = std::move(result)]() mutable { call->finish(std::move(result)); });
  });
  {
    const Presence<ResultHub::Result> presence(*call, waiter_);
    while (!call->result && !waiter_.hurried() && Waiter::Clock::now() < until) co_await waiter_.wait(until);
  }
  hub.forget(id, ticket);
  co_return call->result ? call->result->value() : nullptr;
}

}  // namespace sasrec::http
