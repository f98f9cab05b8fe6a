#pragma once

#include <string>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "checkpoint/checkpoint.hpp"

namespace sasrec::apps {

/// {"version","created","config":{…},"metrics":{…},"manifest":{"hash","format","golden_answers"}}.
boost::json::object show_json(const checkpoint::Checkpoint& checkpoint);

/// Every value in `json` with its path ("metrics.baselines.popularity.ndcg@10"), in order; lists in one line.
std::vector<std::pair<std::string, std::string>> flatten(const boost::json::object& json);

}  // namespace sasrec::apps
