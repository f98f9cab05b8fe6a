#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "bus/bus.hpp"
#include "bus/records.hpp"

namespace sasrec::serving {

class EventRing;

/// Where an api waits for results: reads all of topic sasrec.results from its end and hands each to who asked for it.
/// Also knows how many of the requests that this api accepted are still open. Thread-safe.
///
/// Guarantee: none for a single result (the api may have been away when it came): the database is the truth, the hub is
/// how to hear of it early. Memory: the open requests, those that wait, and the recent results within both limits.
class ResultHub {
 public:
  struct Options {
    std::size_t recent = 16'384;            ///< results that are remembered after they came, at most
    std::size_t recent_bytes = 16U << 20U;  ///< about; a large result takes the place of several small ones
    EventRing* events = nullptr;            ///< hears of each result once; null: nobody watches
    base::Clock clock = base::now;
  };
  using Result =
      std::shared_ptr<const bus::ResultRecord>;  // shared by all who wait for it and the memory of recent ones
  using Waiter = std::function<void(Result)>;

  explicit ResultHub(bus::Bus& bus) : ResultHub(bus, Options{}) {}
  /// Hears what is published from here on.
  ResultHub(bus::Bus& bus, Options options);
  ~ResultHub();
  ResultHub(const ResultHub&) = delete;
  ResultHub& operator=(const ResultHub&) = delete;

  /// Reads results until `stop`, on one thread. Unreadable ones are passed over: the writer sees to them.
  void run(const std::stop_token& stop);

  /// Counts a request as open until its result comes, or until `deadline`. One whose result came lately isn't.
  void expect(const base::Uuid& id, base::Time deadline);
  std::size_t open() const;

  /// A result that came lately, or null.
  Result find(const base::Uuid& id) const;

  /// Calls `waiter` once with the result: at once, on this thread, if it is known; else on the hub's thread when it
  /// comes. `waiter` must not block. Returns a ticket for forget().
  std::uint64_t wait(const base::Uuid& id, Waiter waiter);
  /// After this returns the waiter is not running and will not be called any more. If it is running, waits for its
  /// return; don't call it with a lock that the waiter takes. Within the waiter itself it returns at once.
  void forget(const base::Uuid& id, std::uint64_t ticket);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sasrec::serving
