#include "evaluation/report.hpp"

#include <fmt/format.h>

namespace sasrec::evaluation {

namespace json = boost::json;

json::object to_json(const Metrics& metrics, std::size_t negatives) {
  json::object object;
  object["users"] = metrics.users;
  object["cases"] = metrics.cases;
  object["unknown_targets"] = metrics.unknown_targets;
  object["repeated_targets"] = metrics.repeated_targets;
  for (std::size_t i = 0; i < kCutoffs.size(); ++i) {
    object[fmt::format("hr@{}", kCutoffs[i])] = metrics.hr[i];
    object[fmt::format("ndcg@{}", kCutoffs[i])] = metrics.ndcg[i];
    object[fmt::format("mrr@{}", kCutoffs[i])] = metrics.mrr[i];
  }
  if (negatives == 0) {
    object["coverage"] = metrics.coverage;
    object["mean_popularity"] = metrics.mean_popularity;
  }
  return object;
}

json::object to_json(const Report& report) {
  json::object object;
  object["protocol"] = json::string_view(to_string(report.protocol));
  if (report.negatives == 0) {
    object["negatives"] = "all";
  } else {
    object["negatives"] = report.negatives;
  }
  // The model's metrics are at the top level, so that a script finds them without knowing about baselines.
  for (auto& [key, value] : to_json(report.model, report.negatives)) object[key] = value;
  object["baselines"] = {{"popularity", to_json(report.popularity, report.negatives)},
                         {"bigram", to_json(report.bigram, report.negatives)}};
  return object;
}

}  // namespace sasrec::evaluation
