#include "apps/model_overview.hpp"

#include <utility>

#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "base/json_text.hpp"
#include "base/time.hpp"
#include "checkpoint/directory.hpp"

namespace sasrec::apps {
namespace {

void flatten_into(const boost::json::object& json, const std::string& prefix,
                  std::vector<std::pair<std::string, std::string>>& rows) {
  for (const auto& [name, value] : json) {
    const std::string path = prefix + std::string(name);
    if (const auto* const object = value.if_object()) {
      flatten_into(*object, path + ".", rows);
    } else if (const auto* const text = value.if_string()) {
      rows.emplace_back(path, base::to_printable_utf8(*text));
    } else {
      rows.emplace_back(path, base::to_json_text(value));
    }
  }
}

}  // namespace

boost::json::object show_json(const checkpoint::Checkpoint& checkpoint) {
  const auto& manifest = checkpoint.manifest();
  return {
      {"version", checkpoint.version()},
      {"created", checkpoint::is_version(checkpoint.version())
                      ? boost::json::value(base::format_time(checkpoint::created_at(checkpoint.version())))
                      : boost::json::value(nullptr)},
      {"config", checkpoint.settings()},
      {"metrics", checkpoint.metrics()},
      {"manifest", {{"hash", manifest.hash}, {"format", manifest.format}, {"golden_answers", manifest.golden.size()}}}};
}

std::vector<std::pair<std::string, std::string>> flatten(const boost::json::object& json) {
  std::vector<std::pair<std::string, std::string>> rows;
  flatten_into(json, "", rows);
  return rows;
}

}  // namespace sasrec::apps
