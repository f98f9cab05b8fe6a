#pragma once

#include <string>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "checkpoint/checkpoint.hpp"
#include "versions/registry.hpp"

namespace sasrec::apps {

/// {"active":…,"models":[{"version","state","created","metrics":{…},"reason"}]}, newest first. Metrics are as stored,
/// not verified; "active" is null where there is none.
boost::json::object list_json(const std::vector<versions::ModelInfo>& models);

/// {"version","created","config":{…},"metrics":{…},"manifest":{"hash","format","golden_answers"}}.
boost::json::object show_json(const checkpoint::Checkpoint& checkpoint);

/// Every value in `json` with its path ("metrics.baselines.popularity.ndcg@10"), in order; lists in one line.
std::vector<std::pair<std::string, std::string>> flatten(const boost::json::object& json);

}  // namespace sasrec::apps
