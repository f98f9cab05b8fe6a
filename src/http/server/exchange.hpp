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
#include "serving/result_hub.hpp"

namespace sasrec::http {

template <class T>
using Task = boost::asio::awaitable<T>;

/// One request being answered: what a handler sees of the server. Lives as long as the handler runs, on one I/O thread.
class Exchange {
 public:
  struct Surroundings {
    const Limits& limits;
    ComputePool& pool;
    std::shared_ptr<Mailbox> mailbox;  // shared with callbacks that come when the connection is gone
    const bool& stopping;              ///< the server is: not ready
  };

  struct Caller {
    std::string name;       ///< the key's; empty while there are no keys
    bool may_read = false;  ///< whether what users did may be shown: see Gatekeeper::Decision
  };

  Exchange(Surroundings surroundings, Waiter& waiter, Request& asked, Caller who)
      : request(asked), caller(std::move(who)), surroundings_(std::move(surroundings)), waiter_(waiter) {}

  Request& request;
  Caller caller;

  const Limits& limits() const { return surroundings_.limits; }
  bool stopping() const { return surroundings_.stopping; }
  /// For what goes on when this exchange is over.
  const std::shared_ptr<Mailbox>& mailbox() const { return surroundings_.mailbox; }

  /// Calls `start` with a callback and waits until that was called, on any thread. kUnavailable if it takes longer than
  /// limits().handler_time; what it brings later is dropped.
  template <class T, class Start>
  Task<base::Result<T>> ask(Start start) {
    auto reply = std::make_shared<Reply<T>>();
    start(std::function<void(base::Result<T>)>([reply, mailbox = surroundings_.mailbox](base::Result<T> result) {
      mailbox->post([reply, result = std::move(result)]() mutable { reply->finish(std::move(result)); });
    }));
    const auto until = Waiter::Clock::now() + limits().handler_time;
    co_await wait_for(*reply, until);
    if (!reply->result) {
      co_return base::fail(base::ErrorCode::kUnavailable, "no answer within {} ms", limits().handler_time.count());
    }
    co_return *std::move(reply->result);
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

  /// Waits until `hub` has the result of the request `id`. Null if it has none by `until`, the client disconnects or
  /// the server stops.
  Task<serving::ResultHub::Result> await_result(serving::ResultHub& hub, base::Uuid id,
                                                Waiter::Clock::time_point until);

 private:
  /// The slot that a callback fills. The callback and the waiting coroutine share it, because either may end first.
  /// Only the I/O thread touches it.
  template <class T>
  struct Reply {
    std::optional<base::Result<T>> result;
    Waiter* waiting = nullptr;

    void finish(base::Result<T> value) {
      result = std::move(value);
      if (waiting != nullptr) waiting->wake();
    }
  };

  template <class T>
  Task<void> wait_for(Reply<T>& reply, Waiter::Clock::time_point until) {
    const Wakeup<T> wakeup(reply, waiter_);
    while (!reply.result && Waiter::Clock::now() < until) co_await waiter_.wait(until);
  }

  /// While it exists, the reply wakes the waiter.
  template <class T>
  class Wakeup {
   public:
    Wakeup(Reply<T>& reply, Waiter& waiter) : reply_(reply) { reply_.waiting = &waiter; }
    ~Wakeup() { reply_.waiting = nullptr; }
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

   private:
    Reply<T>& reply_;
  };

  Surroundings surroundings_;
  Waiter& waiter_;
};

}  // namespace sasrec::http
