#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/pause.hpp"
#include "base/time.hpp"
#include "bus/bus.hpp"
#include "bus/outbox.hpp"
#include "bus/record_map.hpp"
#include "catalogue/catalogue_store.hpp"
#include "serving/interaction_store.hpp"
#include "serving/recommendation_store.hpp"
#include "telemetry/metrics.hpp"

namespace sasrec::serving {

/// Writes results, interactions and items from the bus into the database, many in one transaction. One thread for each
/// of the three; any number of writers.
///
/// Guarantee: at least once, with an effect of once: a record is acknowledged when it is in the database, or, if it
/// can't be read or the database refuses its data, when its dead letter has been delivered. What is written twice
/// changes nothing, since rows that are final stay as they are, events have ids, and an item is what its last record
/// says (one partition's records are written in their order). While the database is down, or fails for any other reason
/// than the data, the same batch is tried again without end, and nothing is buried. A record counts as refused only if
/// it is refused alone, and again after another record has passed.
class Writer {
 public:
  struct Options {
    std::size_t batch = 500;          ///< most records read together
    std::size_t interactions = 5000;  ///< about how many interactions are written together; a record isn't divided
    base::Backoff::Options backoff;   ///< between tries while the database is down
    bus::Outbox::Options outbox;
    base::Clock clock = base::now;    ///< the time of interactions that have none
    bus::RecordMap interactions_map;  ///< how records of sasrec.interactions are read
    bus::RecordMap items_map;         ///< and those of sasrec.items
  };

  Writer(RecommendationStore& recommendations, InteractionStore& interactions, catalogue::CatalogueStore& items,
         bus::Bus& bus, telemetry::Metrics& metrics, Options options);

  /// Work until `stop`; then they finish the batch at hand (unless the database is down), wait for the dead letters,
  /// and commit.
  void run_results(const std::stop_token& stop);
  void run_interactions(const std::stop_token& stop);
  void run_items(const std::stop_token& stop);

 private:
  /// A readable record, and which elements of the batch are its own.
  struct Piece {
    const bus::Record* record = nullptr;
    std::size_t first = 0;
    std::size_t count = 0;
  };
  /// Writes elements [first, first + count) of the batch.
  using Write = std::function<base::Result<void>(std::size_t first, std::size_t count)>;
  class Session;

  void write_results(std::span<const bus::Record> records, Session& session);
  void write_interactions(std::span<const bus::Record> records, Session& session);
  void write_items(std::span<const bus::Record> records, Session& session);

  RecommendationStore& recommendations_;
  InteractionStore& interactions_;
  catalogue::CatalogueStore& items_;
  bus::Bus& bus_;
  telemetry::Metrics& metrics_;
  Options options_;
};

}  // namespace sasrec::serving
