#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sasrec::telemetry {

/// Every metric of the service, by role; the names are defined here only. Base units, counters end in _total. No
/// ids as labels. Thread-safe; one per process, owned by the application.
class Metrics {
 private:
  prometheus::Registry registry_;  // before the references into it

 public:
  Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  ~Metrics() = default;

  template <class T>
  using Family = prometheus::Family<T>;
  using Counter = prometheus::Counter;
  using Gauge = prometheus::Gauge;
  using Histogram = prometheus::Histogram;

  // http
  Family<Counter>& http_requests;   ///< labels route (the pattern, "other" for unknown ones), method, status
  Family<Histogram>& http_seconds;  ///< labels route
  Counter& http_connections;        ///< accepted
  Family<Counter>& http_refused;    ///< labels reason: "rate", "overload", "size", "slow", "parse"

  // pipeline
  Counter& requests_accepted;        ///< stored for the first time
  Counter& requests_unpublished;     ///< stored, but not published at once: left to the sweeper
  Family<Counter>& results;          ///< labels status; computed by this worker
  Family<Counter>& answers;          ///< labels source: "model", "popular"
  Counter& overdue;                  ///< requests that reached a worker after their deadline, or took it that long
  Counter& unknown_items;            ///< items of histories that the model doesn't know
  Histogram& batch_size;             ///< records that a worker takes up together
  Family<Histogram>& stage_seconds;  ///< labels stage: "database", "bus", "queue", "inference"
  Histogram& answer_seconds;         ///< taken by the api to computed, of what was done
  Counter& results_written;          ///< rows that became final
  Counter& interactions_written;
  Counter& items_written;         ///< of topic sasrec.items; those that change nothing too
  Family<Counter>& skipped;       ///< labels topic: operations that a map of fields leaves out
  Counter& republished;           ///< by the sweeper
  Counter& expired;               ///< by the sweeper
  Family<Counter>& dead_letters;  ///< labels topic
  /// labels outcome: "loaded"; "corrupt" (it failed a check and is quarantined), "quarantined" (by another),
  /// "unavailable" (it could not be read, and is tried again)
  Family<Counter>& model_loads;
  /// labels operation: "finish", "add", "change", "sweep"; tries after the first
  Family<Counter>& store_retries;
  /// labels operation, see count_database(); one try of what is done in one transaction
  Family<Histogram>& database_seconds;

  /// The boundaries of latency histograms, in seconds: 0.1 ms to 30 s.
  static prometheus::Histogram::BucketBoundaries latency_buckets();
  /// Makes a histogram for each operation of the database, all at 0. The store knows their names (store::kOperations).
  /// Call it once, before database_took().
  void count_database(std::span<const std::string_view> operations);

  /// How long a try of an operation took; `operation` is its place in count_database()'s list. Throws beyond the list.
  void database_took(std::size_t operation, std::chrono::nanoseconds took);

  /// The model that is served from now on, and when it was made, in Unix seconds.
  void serves(const std::string& version, double made);

  /// A gauge whose value is asked for at each scrape, e.g. a queue's depth. `value` must outlive this object, or be
  /// callable for as long.
  void observe(const std::string& name, const std::string& help, const prometheus::Labels& labels,
               std::function<double()> value);

  /// For what one role alone has, see telemetry/monitor_metrics.hpp.
  prometheus::Registry& registry() { return registry_; }

  /// All metrics in Prometheus' text format 0.0.4, with those of the process (process_*).
  std::string render();

 private:
  struct Observed {
    prometheus::Gauge* gauge;
    std::function<double()> value;
  };
  std::mutex mutex_;  // guards observed_
  std::vector<Observed> observed_;
  std::vector<Histogram*> database_histograms_;  // in the order of count_database()
  Family<Gauge>& model_info_;
  Family<Gauge>& model_made_;
  std::string served_;  // guarded by mutex_
};

inline constexpr const char* kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace sasrec::telemetry
