#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <vector>

#include "base/time.hpp"
#include "bus/bus.hpp"
#include "bus/outbox.hpp"
#include "bus/records.hpp"
#include "telemetry/metrics.hpp"

namespace sasrec::catalogue {
class CatalogueCache;
class PopularItems;
}  // namespace sasrec::catalogue

namespace sasrec::versions {
class Slot;
}

namespace sasrec::serving {

class Responder;

/// Answers requests: takes those that wait off the bus, computes, publishes the results. One thread per worker, any
/// number of workers.
///
/// Guarantee: at least once. A request is acknowledged when its result (done, failed or expired), or for an unreadable
/// record its dead letter, has been delivered; one that a worker was at when it died is taken up by another. So a
/// request may be answered twice; RecommendationStore::finish() keeps the first result. A result that fails to be
/// delivered is published again. A full bus makes the worker wait and take no more requests.
class Worker {
 public:
  struct Options {
    std::size_t batch = 64;               ///< most requests taken up together; they see one model
    std::chrono::milliseconds linger{0};  ///< how long to wait for a batch to fill up
    bus::Outbox::Options outbox;          ///< its patience is the longest that a stop takes, beside the batch at hand
    base::Clock clock = base::now;
  };

  Worker(bus::Bus& bus, const versions::Slot& models, const catalogue::CatalogueCache& catalogue,
         const catalogue::PopularItems& popular, telemetry::Metrics& metrics, Options options);

  /// Works until `stop`; then finishes the batch, waits for its deliveries, and commits.
  void run(const std::stop_token& stop);

 private:
  void take(bus::Subscription& subscription, std::vector<bus::Record>& records) const;
  /// False: the bus takes no more before the end.
  bool work(const bus::Record& record, base::Time taken, Responder& responder, bus::Outbox& outbox,
            const std::stop_token& stop);
  bus::ResultRecord answer(const bus::RequestRecord& request, base::Time taken, Responder& responder);
  void count(const bus::ResultRecord& result);

  bus::Bus& bus_;
  const versions::Slot& models_;
  const catalogue::CatalogueCache& catalogue_;
  const catalogue::PopularItems& popular_;
  telemetry::Metrics& metrics_;
  Options options_;
  telemetry::Metrics::Histogram& bus_seconds_;
  telemetry::Metrics::Histogram& queue_seconds_;
  telemetry::Metrics::Histogram& inference_seconds_;
};

}  // namespace sasrec::serving
