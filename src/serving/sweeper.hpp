#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>

#include "base/pause.hpp"
#include "base/result.hpp"
#include "base/said_once.hpp"
#include "base/time.hpp"
#include "bus/bus.hpp"
#include "serving/read_mark.hpp"
#include "serving/recommendation_store.hpp"
#include "telemetry/metrics.hpp"

namespace sasrec::serving {

/// Sees to it that every stored request ends. It publishes a request again if the bus has lost it, and expires it if no
/// result was made by its deadline. One thread; any number of sweepers.
///
/// A result that exists wins over the deadline: a request expires only once the writers have read all results that were
/// published before its deadline and the grace. A request is published again only once the workers have answered all
/// that was published before it came due, and the writers have read their results: then it is on the bus no longer.
/// While the bus does not say how far it is read, and for `settle` after that, both wait.
///
/// Guarantee: while the database, the bus, the writers and one sweeper are up, a request is final soon after its
/// deadline and the grace, even if the bus lost everything. What the sweeper publishes may be lost again: then the
/// request comes due again, and a client that waits for an expired one finds it in the database.
class Sweeper {
 public:
  struct Options {
    std::chrono::milliseconds interval{500};
    std::chrono::milliseconds again_after{3'000};  ///< from an attempt to the second; then twice as long each time
    std::chrono::milliseconds grace{2'000};        ///< after the deadline: a result may be on its way
    std::chrono::milliseconds settle{5'000};       ///< after an outage of the bus: results wait to be published
    std::size_t max_rows = 500;                    ///< rows per call of the store
    base::Backoff::Options backoff{.first = std::chrono::milliseconds(500)};  ///< while the database is down
    base::Clock clock = base::now;
  };

  Sweeper(RecommendationStore& store, bus::Bus& bus, telemetry::Metrics& metrics, Options options);

  /// Sweeps every `interval` until `stop`.
  void run(const std::stop_token& stop);

  /// Once over all that is due now. Fails with the store's error; what was done until then is done. Where the bus takes
  /// no more, the rest of what is due waits for its next attempt; while it is down, nothing is attempted.
  base::Result<void> sweep();

 private:
  base::Result<void> read_marks(base::Time now);
  base::Result<void> republish(base::Time now);
  base::Result<void> expire(base::Time now);

  RecommendationStore& store_;
  bus::Bus& bus_;
  telemetry::Metrics& metrics_;
  Options options_;

  ReadMark answered_;           // of the workers
  ReadMark written_;            // of the writers
  base::Time results_read_{};   // all results published before this are in the database
  base::Time requests_gone_{};  // no request published before this is on the bus, nor its result
  struct Answered {
    base::Time mark;
    base::Time seen;
  };
  std::optional<Answered> awaited_;  // becomes requests_gone_ once results are read up to `seen`
  base::Time settled_{};             // until then nothing is decided
  base::SaidOnce said_;
};

}  // namespace sasrec::serving
