#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

namespace sasrec::checkpoint {

/// What a trainer held back from learning.
struct HeldRecord {
  std::string rule;  ///< "leave-one-out", "users" or "time-split"
  std::optional<double> share;
  std::optional<std::int64_t> hash;  ///< which hash places users under "users"

  bool operator==(const HeldRecord&) const = default;
};

/// The log that a model was trained on. Times are Unix seconds.
struct DataRecord {
  std::optional<std::int64_t> users;
  std::optional<std::int64_t> items;
  std::optional<std::int64_t> interactions;  ///< of the training part
  std::optional<std::int64_t> events;        ///< of the whole log
  std::optional<HeldRecord> held;
  std::optional<std::int64_t> first_time;
  std::optional<std::int64_t> last_time;
  std::optional<std::int64_t> learned_until;  ///< the newest interaction that the model has learned from

  bool operator==(const DataRecord&) const = default;
};

/// How long a model was trained.
struct TrainingRecord {
  std::int64_t epochs = 0;
  std::int64_t best_epoch = 0;
  double seconds_per_epoch = 0;

  bool operator==(const TrainingRecord&) const = default;
};

/// The candidate's lead over the serving model, case by case.
struct LeadRecord {
  double mean = 0;
  double error = 0;  ///< standard error of the mean

  bool operator==(const LeadRecord&) const = default;
};

/// What the quality gate said of a model. Scores are NDCG@10.
struct GateRecord {
  bool passed = false;
  std::string code;
  std::string reason;
  std::int64_t cases = 0;
  double candidate = 0;
  double popularity = 0;
  std::string serving_version;    ///< empty: none was served
  std::optional<double> serving;  ///< none: the serving model was not compared
  std::optional<LeadRecord> difference;

  bool operator==(const GateRecord&) const = default;
};

/// metrics.json of a trained version. Every part may be missing: an imported model and older releases say less.
struct Metrics {
  std::optional<DataRecord> data;
  std::optional<double> validation_ndcg;  ///< NDCG@10
  boost::json::object test;               ///< as evaluation::to_json() writes it, with the baselines; empty: not said
  std::optional<TrainingRecord> training;
  std::optional<GateRecord> gate;

  /// NDCG@10 on the test part.
  std::optional<double> test_ndcg() const;
};

/// Writes only the parts that are set.
boost::json::object to_json(const Metrics& metrics);

/// Never fails: metrics inform, and a version serves without them. A value that is missing or of another type counts
/// as not said; a "training" or "gate" that lacks a number counts as not said as a whole. Unknown keys are ignored.
Metrics read_metrics(const boost::json::object& json);

}  // namespace sasrec::checkpoint
