#include "telemetry/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <utility>

#include "telemetry/process_metrics.hpp"

namespace sasrec::telemetry {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

/// Fewer than for latencies: there is one for each operation.
prometheus::Histogram::BucketBoundaries database_buckets() {
  return {0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10};
}

auto& counters(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry);
}

auto& counter(prometheus::Registry& registry, const char* name, const char* help) {
  return counters(registry, name, help).Add({});
}

auto& histograms(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

Metrics::Metrics()
    : http_requests(counters(registry_, "sasrec_http_requests_total", "HTTP requests answered")),
      http_seconds(histograms(registry_, "sasrec_http_request_duration_seconds",
                              "From a request's last byte to its answer's last byte")),
      http_connections(counter(registry_, "sasrec_http_connections_total", "TCP connections accepted")),
      http_refused(counters(registry_, "sasrec_http_refused_total", "Requests turned away before they were looked at")),
      requests_accepted(
          counter(registry_, "sasrec_requests_accepted_total", "Recommendations stored as asked for, each once")),
      requests_unpublished(counter(registry_, "sasrec_requests_unpublished_total",
                                   "Accepted requests that the bus did not take at once; the sweeper publishes them")),
      results(counters(registry_, "sasrec_results_total", "Results that workers computed")),
      answers(counters(registry_, "sasrec_answers_total", "Answers by where they came from")),
      overdue(counter(registry_, "sasrec_worker_overdue_total",
                      "Requests that a worker did not answer because their deadline had passed")),
      unknown_items(counter(registry_, "sasrec_unknown_items_total", "Items of histories that the model doesn't know")),
      batch_size(histograms(registry_, "sasrec_worker_batch_size", "Requests that a worker took up together")
                     .Add({}, prometheus::Histogram::BucketBoundaries{1, 2, 4, 8, 16, 32, 64, 128, 256})),
      stage_seconds(histograms(registry_, "sasrec_stage_duration_seconds", "Where the time of a request went")),
      answer_seconds(histograms(registry_, "sasrec_answer_duration_seconds",
                                "From when the api took a request to its computed answer")
                         .Add({}, latency_buckets())),
      results_written(
          counter(registry_, "sasrec_results_written_total", "Requests whose final state reached the database")),
      interactions_written(
          counter(registry_, "sasrec_interactions_written_total", "Interactions stored, duplicates not counted")),
      items_written(counter(registry_, "sasrec_items_written_total", "Items of the catalogue that came by the bus")),
      skipped(counters(registry_, "sasrec_skipped_records_total",
                       "Changes of other systems' tables that the settings say not to take, by topic")),
      republished(counter(registry_, "sasrec_sweeper_republished_total", "Requests published again by the sweeper")),
      expired(counter(registry_, "sasrec_sweeper_expired_total", "Requests that the sweeper ended at their deadline")),
      dead_letters(counters(registry_, "sasrec_dead_letters_total", "Records that could not be read, by topic")),
      model_loads(counters(registry_, "sasrec_model_loads_total", "Model versions that were loaded or could not be")),
      store_retries(counters(registry_, "sasrec_store_retries_total", "Tries after the first, by operation")),
      database_seconds(histograms(registry_, "sasrec_database_duration_seconds",
                                  "Time of a transaction by what it does, as its caller sees it")),
      model_info_(BuildGauge()
                      .Name("sasrec_model_info")
                      .Help("Always 1: the version that is served is in the label")
                      .Register(registry_)),
      model_made_(BuildGauge()
                      .Name("sasrec_model_created_timestamp_seconds")
                      .Help("When the model that is served was made, in Unix seconds")
                      .Register(registry_)) {
  for (const char* status : {"done", "failed"}) results.Add({{"status", status}});
  for (const char* source : {"model", "popular"}) answers.Add({{"source", source}});
  for (const char* stage : {"database", "bus", "queue", "inference"}) {
    stage_seconds.Add({{"stage", stage}}, latency_buckets());
  }
  for (const char* topic : {"sasrec.requests", "sasrec.results", "sasrec.interactions", "sasrec.items"}) {
    dead_letters.Add({{"topic", topic}});
  }
  for (const char* topic : {"sasrec.interactions", "sasrec.items"}) skipped.Add({{"topic", topic}});
  for (const char* outcome : {"loaded", "corrupt", "quarantined", "unavailable"}) {
    model_loads.Add({{"outcome", outcome}});
  }
  // At 0 from the start: an alert on a rate would miss the first retry of a counter that appears with it.
  for (const char* operation : {"finish", "add", "change", "sweep"}) {
    store_retries.Add({{"operation", operation}});
  }
  for (const char* reason : {"rate", "overload", "size", "slow", "parse"}) http_refused.Add({{"reason", reason}});
}

prometheus::Histogram::BucketBoundaries Metrics::latency_buckets() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

void Metrics::count_database(std::span<const std::string_view> operations) {
  for (const auto operation : operations) {
    database_histograms_.push_back(&database_seconds.Add({{"operation", std::string(operation)}}, database_buckets()));
  }
}

void Metrics::database_took(std::size_t operation, std::chrono::nanoseconds took) {
  database_histograms_.at(operation)->Observe(std::chrono::duration<double>(took).count());
}

void Metrics::serves(const std::string& version, double made) {
  const std::scoped_lock lock(mutex_);
  if (version == served_) return;
  if (!served_.empty()) model_info_.Remove(&model_info_.Add({{"version", served_}}));
  model_info_.Add({{"version", version}}).Set(1);
  model_made_.Add({}).Set(made);
  served_ = version;
}

void Metrics::observe(const std::string& name, const std::string& help, const prometheus::Labels& labels,
                      std::function<double()> value) {
  auto& gauge = BuildGauge().Name(name).Help(help).Register(registry_).Add(labels);
  const std::scoped_lock lock(mutex_);
  observed_.push_back({&gauge, std::move(value)});
}

std::string Metrics::render() {
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [gauge, value] : observed_) gauge->Set(value());
  }
  auto families = registry_.Collect();
  std::ranges::move(process_metrics(), std::back_inserter(families));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace sasrec::telemetry
