#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <unordered_map>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "pipeline/bus.hpp"
#include "pipeline/messages.hpp"

namespace sasrec::pipeline {

/// Where an api waits for results: reads all of topic sasrec.results from its end and hands each to who asked for it.
/// Also knows how many of the requests that this api accepted are still open. Thread-safe.
class ResultHub {
 public:
  struct Options {
    std::size_t recent = 16'384;  ///< results that are remembered after they came
  };
  using Result = std::shared_ptr<const ResultMessage>;  // shared by all who wait for it and the memory of recent ones
  using Waiter = std::function<void(Result)>;

  explicit ResultHub(Bus& bus) : ResultHub(bus, Options{}) {}
  ResultHub(Bus& bus, Options options);
  ~ResultHub();

  /// Reads results until `stop`. Unreadable ones are passed over: the writer sees to them.
  void run(const std::stop_token& stop);

  /// Counts a request as open until its result comes, or until `deadline`.
  void expect(const base::Uuid& id, base::Time deadline);
  std::size_t open() const;

  /// A result that came lately, or null.
  Result find(const base::Uuid& id) const;

  /// Calls `waiter` once with the result: at once, on this thread, if it is known; else on the hub's thread when it
  /// comes. `waiter` must not block. Returns a ticket for forget().
  std::uint64_t wait(const base::Uuid& id, Waiter waiter);
  /// After this returns the waiter will not be called any more.
  void forget(const base::Uuid& id, std::uint64_t ticket);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sasrec::pipeline
