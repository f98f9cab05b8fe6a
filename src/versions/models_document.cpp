#include "versions/models_document.hpp"

#include <string>
#include <utility>

#include <boost/json/array.hpp>

#include "base/time.hpp"

namespace sasrec::versions {
namespace {

namespace json = boost::json;

json::array served_by(const std::vector<Presence>& workers, const std::string& version) {
  json::array list;
  for (const auto& worker : workers) {
    if (worker.version != version) continue;
    list.push_back(json::object{{"worker", worker.name}, {"since", base::format_time(worker.since)}});
  }
  return list;
}

}  // namespace

json::object models_document(const std::vector<ModelInfo>& models, const std::vector<Presence>& workers) {
  json::object document{{"active", nullptr}};
  if (auto active = active_of(models)) document["active"] = *std::move(active);
  json::array list;
  for (const auto& [entry, created, metrics] : models) {
    json::object model{{"version", entry.version},
                       {"state", to_string(entry.state)},
                       {"created", base::format_time(created)},
                       {"metrics", metrics}};
    if (!entry.reason.empty()) model["reason"] = entry.reason;
    if (auto serving = served_by(workers, entry.version); !serving.empty()) model["served_by"] = std::move(serving);
    list.push_back(std::move(model));
  }
  document["models"] = std::move(list);
  return document;
}

}  // namespace sasrec::versions
