#include "http/bodies/answer_json.hpp"

#include <fmt/format.h>

#include <iterator>

#include "base/json_text.hpp"
#include "base/json_writer.hpp"

namespace sasrec::http {
namespace {

using base::JsonArray;
using base::JsonObject;
using catalogue::Catalogue;

void add_title(JsonObject& object, std::string_view id, const Catalogue& catalogue) {
  if (const auto* item = catalogue.find(id)) object.optional_text("title", item->title);
}

/// Microseconds are as fine as it is measured.
void add_timing(JsonObject& timings, std::string_view name, float milliseconds) {
  fmt::format_to(std::back_inserter(timings.member(name)), "{:.3f}", milliseconds);
}

/// {"history":[{"item","title","attention"}, ...],"effects":[[...], ...]}
void append_explanation(std::string& json, const bus::Explanation& explanation, const Catalogue& catalogue) {
  JsonObject object(json);
  JsonArray history(object.member("history"));
  for (std::size_t n = 0; n < explanation.history.size(); ++n) {
    JsonObject item(history.element());
    item.text("item", explanation.history[n]);
    add_title(item, explanation.history[n], catalogue);
    item.number("attention", explanation.attention[n]);
    item.end();
  }
  history.end();
  JsonArray effects(object.member("effects"));
  for (const auto& of_item : explanation.effects) {
    JsonArray row(effects.element());
    for (const float effect : of_item) base::append_json_number(row.element(), effect);
    row.end();
  }
  effects.end();
  object.end();
}

void add_explanation(JsonObject& object, const bus::ResultRecord& result, const Catalogue& catalogue) {
  if (result.explanation) append_explanation(object.member("explanation"), *result.explanation, catalogue);
}

}  // namespace

void append_scored_items(std::string& json, std::span<const base::ScoredId> items, const Catalogue& catalogue) {
  JsonArray array(json);
  for (const auto& [item, score] : items) {
    JsonObject object(array.element());
    object.text("item", item);
    object.number("score", score);
    add_title(object, item, catalogue);
    object.end();
  }
  array.end();
}

void append_recommendation(std::string& json, const bus::ResultRecord& result, const Catalogue& catalogue,
                           std::string_view notice) {
  JsonObject object(json);
  object.plain_text("id", result.id.text());
  object.plain_text("status", to_string(result.status));
  object.optional_text("user", result.user);
  object.time("created", result.created);
  if (result.status != bus::Status::kPending) {
    object.time("finished", result.finished);
    object.optional_text("model", result.model);
    object.optional_text("source", result.source);
    object.optional_text("notice", notice);
    if (result.status == bus::Status::kDone) append_scored_items(object.member("items"), result.items, catalogue);
    object.optional_text("error", result.error);
    JsonObject timings(object.member("timings"));
    add_timing(timings, "database_ms", result.timings.database_ms);
    add_timing(timings, "bus_ms", result.timings.bus_ms);
    add_timing(timings, "queue_ms", result.timings.queue_ms);
    add_timing(timings, "inference_ms", result.timings.inference_ms);
    timings.end();
    add_explanation(object, result, catalogue);
  }
  object.end();
}

void append_version_answer(std::string& json, const bus::ResultRecord& result, const Catalogue& catalogue) {
  JsonObject object(json);
  object.text("model", result.model);
  object.text("source", result.source);
  append_scored_items(object.member("items"), result.items, catalogue);
  object.number("unknown_items", result.unknown_items);
  add_explanation(object, result, catalogue);
  object.end();
}

void append_catalogue_item(std::string& json, const bus::CatalogueItem& item) {
  JsonObject object(json);
  object.text("id", item.id);
  object.optional_text("title", item.title);
  object.texts("categories", item.categories);
  object.member("attributes") += item.attributes.empty() ? std::string_view("{}") : std::string_view(item.attributes);
  object.boolean("available", item.available);
  object.end();
}

void append_history(std::string& json, std::span<const serving::StoredInteraction> history,
                    const Catalogue& catalogue) {
  JsonArray array(json);
  for (const auto& interaction : history) {
    JsonObject object(array.element());
    object.text("item", interaction.item);
    add_title(object, interaction.item, catalogue);
    object.time("time", interaction.time);
    object.text("kind", interaction.kind);
    object.end();
  }
  array.end();
}

}  // namespace sasrec::http
