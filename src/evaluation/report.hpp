#pragma once

#include <cstddef>

#include <boost/json/object.hpp>

#include "dataset/split.hpp"
#include "evaluation/evaluate.hpp"

namespace sasrec::evaluation {

/// "users", "cases", "unknown_targets", "repeated_targets", then "hr@1", "ndcg@1", "mrr@1" and so on for each of
/// kCutoffs. "coverage" and "mean_popularity" only if the whole catalogue was ranked.
boost::json::object to_json(const Metrics& metrics, std::size_t negatives);

/// The metrics of a model and of the baselines, on the same cases.
struct Report {
  dataset::Protocol protocol = dataset::Protocol::kLeaveOneOut;
  std::size_t negatives = 0;  ///< EvaluateOptions::negatives
  Metrics model;
  Metrics popularity;
  Metrics bigram;
};

/// {"protocol":"leave-one-out","negatives":"all","users":…,"hr@10":…,…,"baselines":{"popularity":{…},"bigram":{…}}}.
/// The metrics at the top level are the model's. "negatives" is "all" or their number.
boost::json::object to_json(const Report& report);

}  // namespace sasrec::evaluation
