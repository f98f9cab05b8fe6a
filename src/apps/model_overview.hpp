#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "checkpoint/checkpoint.hpp"
#include "checkpoint/directory.hpp"

namespace sasrec::apps {

/// "active", "ready" or "quarantined".
std::string_view to_string(checkpoint::State state);

/// "2026-11-22T15:30:00Z" for the version "20261122T153000Z-000007".
std::string created_at(std::string_view version);

/// {"active":…,"models":[{"version","state","created","metrics":{…},"reason"}]}, newest first. Metrics are as stored,
/// not verified; "active" is null where there is none.
boost::json::object list_json(const std::filesystem::path& root, const std::vector<checkpoint::Entry>& entries);

/// {"version","created","config":{…},"metrics":{…},"manifest":{"hash","format","golden_answers"}}.
boost::json::object show_json(const checkpoint::Checkpoint& checkpoint);

/// Every value in `json` with its path ("metrics.baselines.popularity.ndcg@10"), in order; lists in one line.
std::vector<std::pair<std::string, std::string>> flatten(const boost::json::object& json);

}  // namespace sasrec::apps
