#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "http/options.hpp"
#include "http/server/compute_pool.hpp"
#include "http/server/mailbox.hpp"
#include "http/server/message.hpp"
#include "http/server/waiter.hpp"
#include "http/services.hpp"
#include "serving/result_hub.hpp"

namespace sasrec::http {

template <class T>
using Task = boost::asio::awaitable<T>;

/// One request being answered: what a handler sees of the server. Lives as long as the handler runs, on one I/O thread.
class Exchange {
 public:
  struct Surroundings {
    const Services& services;
    const Limits& limits;
    ComputePool& pool;
    std::shared_ptr<Mailbox> mailbox;  // shared with callbacks that come when the connection is gone
    const bool& stopping;              ///< the server is: not ready
  };

  Exchange(Surroundings surroundings, Waiter& waiter, Request& asked, std::string who)
      : request(asked), caller(std::move(who)), surroundings_(std::move(surroundings)), waiter_(waiter) {}

  Request& request;
  std::string caller;  ///< the key's name; empty while there are no keys

  const Services& services() const { return surroundings_.services; }
  const Limits& limits() const { return surroundings_.limits; }
  bool stopping() const { return surroundings_.stopping; }
  /// For what goes on when this exchange is over.
  const std::shared_ptr<Mailbox>& mailbox() const { return surroundings_.mailbox; }

  /// Calls `start` with a callback and waits until that was called, on any thread. kUnavailable if it takes longer than
  /// limits().handler_time; what it brings later is dropped.
  template <class T, class Start>
  Task<base::Result<T>> ask(Start start) {
    auto call = std::make_shared<Call<T>>();
    start(std::function<void(base::Result<T>)>([call, mailbox = surroundings_.mailbox](base::Result<T> result) {
      mailbox->post([call, result = std::move(result)]() mutable { call->finish(std::move(result)); });
    }));
    const auto until = Waiter::Clock::now() + limits().handler_time;
    co_await wait_for(*call, until);
    if (!call->result) {
      co_return base::fail(base::ErrorCode::kUnavailable, "no answer within {} ms", limits().handler_time.count());
    }
    co_return *std::move(call->result);
  }

  /// Runs `work`, which returns a Result<T>, on the compute pool. kOverloaded at once if too much waits there. `work`
  /// owns what it uses: it may run when the request is over.
  template <class T, class Work>
  Task<base::Result<T>> compute(Work work) {
    // Shared, not copied: it may hold a body of some megabytes, and std::function would copy it.
    return ask<T>([pool = &surroundings_.pool,
                   work = std::make_shared<Work>(std::move(work))](const std::function<void(base::Result<T>)>& done) {
      const auto job = [work, done] {
        try {
          done((*work)());
        } catch (const std::exception& error) {
          done(base::fail(base::ErrorCode::kInternal, "a computation failed: {}", error.what()));
        }
      };
      if (!pool->submit(job)) {
        done(base::fail(base::ErrorCode::kOverloaded, "too many computations wait: try again later"));
      }
    });
  }

  /// The result of a request, or null if it doesn't come until then, the client goes away or the server stops.
  Task<serving::ResultHub::Result> await_result(base::Uuid id, Waiter::Clock::time_point until);

 private:
  /// What a callback brings. Shared by it and the coroutine that waits: either may be gone first. Touched on the I/O
  /// thread only.
  template <class T>
  struct Call {
    std::optional<base::Result<T>> result;
    Waiter* waiting = nullptr;

    void finish(base::Result<T> value) {
      result = std::move(value);
      if (waiting != nullptr) waiting->wake();
    }
  };

  template <class T>
  Task<void> wait_for(Call<T>& call, Waiter::Clock::time_point until) {
    const Presence<T> presence(call, waiter_);
    while (!call.result && Waiter::Clock::now() < until) co_await waiter_.wait(until);
  }

  template <class T>
  class Presence {
   public:
    Presence(Call<T>& call, Waiter& waiter) : call_(call) { call_.waiting = &waiter; }
    ~Presence() { call_.waiting = nullptr; }
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

   private:
    Call<T>& call_;
  };

  Surroundings surroundings_;
  Waiter& waiter_;
};

}  // namespace sasrec::http
