#include "apps/model_overview.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "base/json_text.hpp"

namespace sasrec::apps {
namespace {

boost::json::object stored_metrics(const std::filesystem::path& version) {
  std::ifstream file(version / "metrics.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  boost::json::error_code error;
  auto json = boost::json::parse(text, error);
  if (error || !json.is_object()) return {};  // `model verify` says what is wrong with a version
  return std::move(json.get_object());
}

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

std::string_view to_string(checkpoint::State state) {
  switch (state) {
    case checkpoint::State::kActive:
      return "active";
    case checkpoint::State::kReady:
      return "ready";
    case checkpoint::State::kQuarantined:
      return "quarantined";
  }
  return "quarantined";
}

std::string created_at(std::string_view version) {
  const auto part = [&](std::size_t begin, std::size_t length) {
    return version.substr(begin, length);
  };
  return fmt::format("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 2), part(6, 2), part(9, 2), part(11, 2), part(13, 2));
}

boost::json::object list_json(const std::filesystem::path& root, const std::vector<checkpoint::Entry>& entries) {
  boost::json::value active = nullptr;
  boost::json::array models;
  for (const auto& [version, state, reason] : entries) {
    if (state == checkpoint::State::kActive) active = version;
    boost::json::object model{{"version", version},
                              {"state", to_string(state)},
                              {"created", created_at(version)},
                              {"metrics", stored_metrics(root / version)}};
    if (state == checkpoint::State::kQuarantined) model.emplace("reason", reason);
    models.push_back(std::move(model));
  }
  return {{"active", std::move(active)}, {"models", std::move(models)}};
}

boost::json::object show_json(const checkpoint::Checkpoint& checkpoint) {
  const auto& manifest = checkpoint.manifest();
  return {
      {"version", checkpoint.version()},
      {"created", checkpoint::is_version(checkpoint.version()) ? boost::json::value(created_at(checkpoint.version()))
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
