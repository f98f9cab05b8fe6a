#include "http/server/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/thread_name.hpp"
#include "http/server/session.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/observed_metrics.hpp"

namespace sasrec::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kTick{50};  // how exactly deadlines are kept
constexpr std::size_t kTurnedAway = 64;         // connections that are being answered "too many connections"

BoundPort take_port(std::optional<BoundPort> given, const ServerOptions& options) {
  if (given) return std::move(*given);
  auto port = BoundPort::take("--listen", options.address, options.port);
  if (!port) throw std::runtime_error(port.error().message);
  return std::move(*port);
}

Gatekeeper::Options gate_options(const ServerOptions& options, const BoundPort& address) {
  using WithoutKeys = Gatekeeper::Options::WithoutKeys;
  return {.without_keys = address.is_loopback() ? WithoutKeys::kOpen : WithoutKeys::kClosed,
          .rate = options.rate,
          .burst = options.burst};
}

/// A connection that fails is one connection less.
void log_failure(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    spdlog::error("http: a connection failed: {}", error.what());
  }
}

/// Without these the server would be there and not answer: better it ends.
void rethrow(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

Task<void> keep_deadlines(Loop& loop) {
  asio::steady_timer timer(loop.context);
  while (true) {
    timer.expires_after(kTick);
    co_await timer.async_wait(asio::use_awaitable);
    const auto now = Session::Clock::now();
    for (auto* session : loop.sessions) session->check_deadline(now);
  }
}

enum class Reception : unsigned char { kServe, kTurnAway };

/// `counted` leaves the count when the coroutine is destroyed, also if its loop ends first.
Task<void> serve(Loop& loop, const Shared& shared, tcp::socket socket, Reception reception,
                 [[maybe_unused]] ConnectionCount::Entry counted) {
  const auto session = std::make_shared<Session>(std::move(socket), loop, shared);
  if (reception == Reception::kServe) {
    co_await session->run();
  } else {
    co_await session->turn_away();
  }
}

}  // namespace

struct Server::Impl {
  Impl(Services given, ServerOptions wanted, std::optional<BoundPort> taken)
      : services(std::move(given)),
        options(std::move(wanted)),
        bound(take_port(std::move(taken), options)),
        keys(services.keys),
        gatekeeper(keys, gate_options(options, bound)),
        routes(services.api ? endpoints() : operations()),
        metrics(services.operations.metrics, routes),
        admission(routes, options, gatekeeper, metrics),
        pool(std::make_unique<ComputePool>(std::max<std::size_t>(1, options.compute_threads), options.compute_queue)),
        shared{services, options, admission, metrics, *pool, std::make_shared<ConnectionCount>()} {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.io_threads); ++i) {
      loops.push_back(std::make_unique<Loop>());
    }
    acceptor.emplace(loops.front()->context);
  }

  void refuse_to_be_open() {
    if (const auto read = keys.refresh(); !read) {
      spdlog::warn("http: the keys can't be read yet, until then nothing that needs one is answered: {}",
                   read.error().message);
    }
    if (keys.state() == KeyRing::State::kOpen && !bound.is_loopback()) {
      throw std::runtime_error(bound.open_to_all().message);
    }
  }

  void listen() {
    try {
      const auto family = asio::ip::make_address(bound.address()).is_v6() ? tcp::v6() : tcp::v4();
      acceptor->assign(family, bound.release());
      acceptor->listen(tcp::acceptor::max_listen_connections);
      port = acceptor->local_endpoint().port();
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error(bound.describe(error.code().message()));
    }
  }

  Task<void> accept() {
    for (std::size_t next = 0;; ++next) {
      auto& loop = *loops[next % loops.size()];
      auto [error, socket] = co_await acceptor->async_accept(loop.context, kNoThrow);
      if (!acceptor->is_open()) co_return;
      if (error) {
        // No more file descriptors, or the client gave up already: the first needs time.
        asio::steady_timer timer(loops.front()->context, kTick);
        co_await timer.async_wait(kNoThrow);
        continue;
      }
      services.operations.metrics.http_connections.Increment();
      auto entry = ConnectionCount::enter(shared.connections);
      const auto max = options.limits.connections;
      if (entry.before() >= max + kTurnedAway) continue;
      const auto reception = entry.before() < max ? Reception::kServe : Reception::kTurnAway;
      asio::co_spawn(loop.context, serve(loop, shared, std::move(socket), reception, std::move(entry)), log_failure);
    }
  }

  void start() {
    refuse_to_be_open();
    listen();
    services.operations.metrics.observe(telemetry::kOpenConnections.name, telemetry::kOpenConnections.help, {},
                                        [count = shared.connections] { return static_cast<double>(count->get()); });
    asio::co_spawn(loops.front()->context, accept(), rethrow);
    for (auto& loop : loops) asio::co_spawn(loop->context, keep_deadlines(*loop), rethrow);
    for (auto& loop : loops) {
      threads.emplace_back([&context = loop->context] {
        base::name_this_thread("http");
        context.run();
      });
    }
    key_reader = std::jthread([this](const std::stop_token& stop) { keys.run(stop, options.key_interval); });
  }

  void drain(std::chrono::milliseconds patience) {
    stopped = true;
    asio::post(loops.front()->context, [this] {
      boost::system::error_code ignored;
      ignored = acceptor->close(ignored);
    });
    for (auto& loop : loops) {
      asio::post(loop->context, [&loop = *loop] {
        loop.stopping = true;
        for (auto* session : loop.sessions) session->stop();
      });
    }
    if (!shared.connections->await_none(patience)) {
      spdlog::warn("http: {} connections did not end within {} ms and are cut off", shared.connections->get(),
                   patience.count());
    }
    end();
  }

  /// After this nothing of the server runs any more.
  void end() {
    for (auto& loop : loops) {
      loop->mailbox->close();
      loop->context.stop();
    }
    threads.clear();
    key_reader.request_stop();
    if (key_reader.joinable()) key_reader.join();
    pool.reset();
  }

  Services services;
  ServerOptions options;
  BoundPort bound;
  KeyRing keys;
  Gatekeeper gatekeeper;
  std::span<const Endpoint> routes;
  RouteMetrics metrics;
  Admission admission;
  std::unique_ptr<ComputePool> pool;
  Shared shared;
  std::vector<std::unique_ptr<Loop>> loops;
  std::optional<tcp::acceptor> acceptor;
  std::uint16_t port = 0;
  bool stopped = false;
  std::vector<std::jthread> threads;
  std::jthread key_reader;
};

Server::Server(Services services, ServerOptions options, std::optional<BoundPort> port)
    : impl_(std::make_unique<Impl>(std::move(services), std::move(options), std::move(port))) {
  impl_->start();
}

Server::~Server() {
  if (!impl_->stopped) impl_->end();
}

std::uint16_t Server::port() const {
  return impl_->port;
}

std::size_t Server::connections() const {
  return impl_->shared.connections->get();
}

void Server::stop(std::chrono::milliseconds patience) {
  impl_->drain(patience);
}

}  // namespace sasrec::http
