#include "http/bodies/answer_json.hpp"

#include <fmt/format.h>

#include <iterator>

#include "base/json_text.hpp"
#include "base/time.hpp"

namespace sasrec::http {
namespace {

using catalogue::Catalogue;

void append_title(std::string& json, std::string_view id, const Catalogue& catalogue) {
  const auto* item = catalogue.find(id);
  if (item != nullptr && !item->title.empty()) append_field(json, ",", "title", item->title);
}

void append_timing(std::string& json, std::string_view separator, std::string_view name, float milliseconds) {
  // Microseconds are as fine as it is measured.
  fmt::format_to(std::back_inserter(json), "{}\"{}\":{:.3f}", separator, name, milliseconds);
}

/// {"history":[{"item","title","attention"}, ...],"effects":[[...], ...]}
void append_explanation(std::string& json, const bus::Explanation& explanation, const Catalogue& catalogue) {
  json += "{\"history\":[";
  for (std::size_t n = 0; n < explanation.history.size(); ++n) {
    append_field(json, n == 0 ? "{" : ",{", "item", explanation.history[n]);
    append_title(json, explanation.history[n], catalogue);
    json += ",\"attention\":";
    base::append_json_number(json, explanation.attention[n]);
    json += '}';
  }
  json += "],\"effects\":[";
  for (std::size_t i = 0; i < explanation.effects.size(); ++i) {
    json += i == 0 ? "[" : ",[";
    for (std::size_t n = 0; n < explanation.effects[i].size(); ++n) {
      if (n != 0) json += ',';
      base::append_json_number(json, explanation.effects[i][n]);
    }
    json += ']';
  }
  json += "]}";
}

}  // namespace

void append_field(std::string& json, std::string_view separator, std::string_view name, std::string_view text) {
  json += separator;
  json += '"';
  json += name;
  json += "\":";
  base::append_json_string(json, text);
}

void append_scored_items(std::string& json, std::span<const base::ScoredId> items, const Catalogue& catalogue) {
  std::string_view separator;
  json += '[';
  for (const auto& [item, score] : items) {
    json += separator;
    append_field(json, "{", "item", item);
    json += ",\"score\":";
    base::append_json_number(json, score);
    append_title(json, item, catalogue);
    json += '}';
    separator = ",";
  }
  json += ']';
}

void append_recommendation(std::string& json, const bus::ResultRecord& result, const Catalogue& catalogue,
                           std::string_view notice) {
  append_field(json, "{", "id", result.id.text());
  append_field(json, ",", "status", to_string(result.status));
  if (!result.user.empty()) append_field(json, ",", "user", result.user);
  append_field(json, ",", "created", base::format_time(result.created));
  if (result.status != bus::Status::kPending) {
    append_field(json, ",", "finished", base::format_time(result.finished));
    if (!result.model.empty()) append_field(json, ",", "model", result.model);
    if (!result.source.empty()) append_field(json, ",", "source", result.source);
    if (!notice.empty()) append_field(json, ",", "notice", notice);
    if (result.status == bus::Status::kDone) {
      json += ",\"items\":";
      append_scored_items(json, result.items, catalogue);
    }
    if (!result.error.empty()) append_field(json, ",", "error", result.error);
    append_timing(json, ",\"timings\":{", "database_ms", result.timings.database_ms);
    append_timing(json, ",", "bus_ms", result.timings.bus_ms);
    append_timing(json, ",", "queue_ms", result.timings.queue_ms);
    append_timing(json, ",", "inference_ms", result.timings.inference_ms);
    json += '}';
    if (result.explanation) {
      json += ",\"explanation\":";
      append_explanation(json, *result.explanation, catalogue);
    }
  }
  json += '}';
}

void append_version_answer(std::string& json, const bus::ResultRecord& result, const Catalogue& catalogue) {
  append_field(json, "{", "model", result.model);
  append_field(json, ",", "source", result.source);
  json += ",\"items\":";
  append_scored_items(json, result.items, catalogue);
  fmt::format_to(std::back_inserter(json), ",\"unknown_items\":{}", result.unknown_items);
  if (result.explanation) {
    json += ",\"explanation\":";
    append_explanation(json, *result.explanation, catalogue);
  }
  json += '}';
}

void append_catalogue_item(std::string& json, const bus::CatalogueItem& item) {
  append_field(json, "{", "id", item.id);
  if (!item.title.empty()) append_field(json, ",", "title", item.title);
  json += ",\"categories\":[";
  std::string_view separator;
  for (const auto& category : item.categories) {
    json += separator;
    base::append_json_string(json, category);
    separator = ",";
  }
  json += "],\"attributes\":";
  json += item.attributes.empty() ? std::string_view("{}") : std::string_view(item.attributes);
  json += item.available ? ",\"available\":true}" : ",\"available\":false}";
}

void append_history(std::string& json, std::span<const serving::StoredInteraction> history,
                    const Catalogue& catalogue) {
  std::string_view separator;
  json += '[';
  for (const auto& interaction : history) {
    json += separator;
    append_field(json, "{", "item", interaction.item);
    append_title(json, interaction.item, catalogue);
    append_field(json, ",", "time", base::format_time(interaction.time));
    append_field(json, ",", "kind", interaction.kind);
    json += '}';
    separator = ",";
  }
  json += ']';
}

}  // namespace sasrec::http
