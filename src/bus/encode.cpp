// The writing half of codec.hpp.

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "base/encoding.hpp"
#include "base/json_writer.hpp"
#include "bus/codec.hpp"

namespace sasrec::bus {
namespace {

using base::JsonArray;
using base::JsonObject;

constexpr std::size_t kMaxReasonBytes = 500;

/// JSON has no other numbers: the largest one of the same sign instead of an infinite score.
float finite(float value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? 0 : std::copysign(std::numeric_limits<float>::max(), value);
}

struct Event {
  std::string id;
  std::string_view source;
  std::string_view type;
  base::Time time;
};

void add_headers(std::vector<Header>& headers, Event event) {
  headers.reserve(8);
  headers.push_back({"ce_specversion", "1.0"});
  headers.push_back({"ce_id", std::move(event.id)});
  headers.push_back({"ce_source", std::string(event.source)});
  headers.push_back({"ce_type", std::string(event.type)});
  headers.push_back({"ce_time", base::format_time(event.time)});
  headers.push_back({"content-type", "application/json"});
}

void add_context(std::vector<Header>& headers, const std::string& traceparent, base::Time deadline) {
  if (!traceparent.empty()) headers.push_back({"traceparent", traceparent});
  headers.push_back({"deadline", base::format_time(deadline)});
}

std::size_t bytes_of(const std::vector<std::string>& texts) {
  std::size_t bytes = 0;
  for (const auto& text : texts) bytes += text.size() + 3;
  return bytes;
}

void append(std::string& json, const Interaction& interaction) {
  JsonObject object(json);
  object.text("id", interaction.id);
  object.text("user", interaction.user);
  object.text("item", interaction.item);
  object.time("time", interaction.time);
  object.text("kind", interaction.kind);
  object.optional_text("recommendation", interaction.recommendation);
  object.end();
}

}  // namespace

Message encode(const RequestRecord& request) {
  Message message{.topic = Topic::kRequests, .key = request.user};
  const auto id = request.id.text();
  auto& json = message.value;
  json.reserve(320 + request.user.size() + bytes_of(request.history) + bytes_of(request.exclude) +
               bytes_of(request.categories));
  JsonObject object(json);
  object.plain_text("id", id);
  object.optional_text("user", request.user);
  object.texts("history", request.history);
  object.number("k", request.k);
  if (!request.exclude.empty()) object.texts("exclude", request.exclude);
  if (!request.categories.empty()) {
    JsonObject filter(object.member("filter"));
    filter.texts("categories", request.categories);
    filter.end();
  }
  object.plain_text("seen", to_string(request.seen));
  object.boolean("explain", request.explain);
  object.time("created", request.created);
  object.time("stored", request.stored);
  object.time("deadline", request.deadline);
  object.number("attempt", std::size_t{request.attempt});
  object.end();
  add_headers(message.headers, {id, "/sasrec/api", "sasrec.recommendation.requested.v1", request.created});
  add_context(message.headers, request.traceparent, request.deadline);
  return message;
}

Message encode(const ResultRecord& result) {
  // By request, so that all results of one request are in one partition: its readers then agree on which came first.
  const auto id = result.id.text();
  Message message{.topic = Topic::kResults, .key = id};
  auto& json = message.value;
  json.reserve(480 + result.user.size() + result.error.size() + 48 * result.items.size());
  JsonObject object(json);
  object.plain_text("id", id);
  object.optional_text("user", result.user);
  object.plain_text("status", to_string(result.status));
  object.optional_text("model", result.model);
  object.optional_text("source", result.source);
  JsonArray items(object.member("items"));
  for (const auto& [id_of_item, score] : result.items) {
    JsonObject item(items.element());
    item.text("item", id_of_item);
    item.number("score", finite(score));
    item.end();
  }
  items.end();
  object.number("unknown_items", result.unknown_items);
  object.optional_text("error", result.error);
  object.time("created", result.created);
  object.time("deadline", result.deadline);
  object.time("finished", result.finished);
  JsonObject timings(object.member("timings"));
  timings.number("database_ms", finite(result.timings.database_ms));
  timings.number("bus_ms", finite(result.timings.bus_ms));
  timings.number("queue_ms", finite(result.timings.queue_ms));
  timings.number("inference_ms", finite(result.timings.inference_ms));
  timings.end();
  if (result.explanation) append_json(object.member("explanation"), *result.explanation);
  object.end();
  add_headers(message.headers, {id, "/sasrec/worker", "sasrec.recommendation.ended.v1", result.finished});
  add_context(message.headers, result.traceparent, result.deadline);
  return message;
}

Message encode(const std::vector<Interaction>& interactions) {
  assert(!interactions.empty());
  Message message{.topic = Topic::kInteractions, .key = interactions.front().user};
  auto& json = message.value;
  json.reserve(192 * interactions.size() + 2);
  JsonArray array(json);
  for (const auto& interaction : interactions) append(array.element(), interaction);
  array.end();
  add_headers(message.headers,
              {base::Uuid::make().text(), "/sasrec/api", "sasrec.interactions.recorded.v1", base::now()});
  return message;
}

Message encode(const ModelAnnouncement& model) {
  Message message{.topic = Topic::kModels, .key = "current"};
  JsonObject object(message.value);
  object.text("version", model.version);
  object.optional_text("manifest", model.manifest);
  if (!model.metrics.empty()) object.member("metrics") += model.metrics;
  object.end();
  add_headers(message.headers, {base::Uuid::make().text(), "/sasrec/models", "sasrec.model.activated.v1", model.time});
  return message;
}

Message dead_letter(const Record& record, std::string_view reason) {
  Message message = record.message;
  message.topic = Topic::kDead;
  message.headers.push_back({"reason", base::to_printable_utf8(reason.substr(0, kMaxReasonBytes))});
  message.headers.push_back({"topic", std::string(name(record.message.topic))});
  message.headers.push_back({"partition", fmt::format("{}", record.position.partition)});
  message.headers.push_back({"offset", fmt::format("{}", record.position.offset)});
  return message;
}

}  // namespace sasrec::bus
