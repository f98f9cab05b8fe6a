// The reading half of message_codec.hpp, for what the roles write; decode_rows.cpp has what comes from outside.

#include <cstddef>
#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/ids.hpp"
#include "bus/codec.hpp"
#include "bus/json_fields.hpp"
#include "bus/parsed_json.hpp"
#include "checkpoint/directory.hpp"

namespace sasrec::bus {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;
using enum JsonFields::FieldPresence;

constexpr std::size_t kMaxErrors = 4096;  // bytes of a result's error

base::Result<const json::object*> parse_object(Parsed& parsed, std::string_view text) {
  if (const auto read = parsed.parse(text); !read) return base::Failure(read.error());
  if (!parsed.value().is_object()) return fail(ErrorCode::kInvalidInput, "the value is not a JSON object");
  return &parsed.value().get_object();
}

base::Uuid read_id(JsonFields& fields) {
  const auto id = base::Uuid::parse(fields.text("id", kRequired));
  if (!id) fields.refuse("id", "must be a UUID");
  return id.value_or(base::Uuid{});
}

void check_optional_id(JsonFields& fields, std::string_view name, std::string_view id) {
  if (const auto problem = base::id_problem(id); !id.empty() && !problem.empty()) fields.refuse(name, problem);
}

/// A traceparent is a hint: one that is wrong is dropped rather than the record.
std::string traceparent_of(const Message& message) {
  constexpr std::size_t kBytes = 55;  // W3C Trace Context, version 00
  const auto traceparent = header(message, "traceparent");
  return traceparent.size() == kBytes && base::id_problem(traceparent).empty() ? std::string(traceparent)
                                                                               : std::string();
}

void read_item(JsonFields& fields, const json::value& value, std::vector<base::ScoredId>& items) {
  const auto* object = value.if_object();
  if (object == nullptr) return fields.refuse("items", "must be a list of objects");
  JsonFields item(*object, "/items");
  base::ScoredId scored{.item = item.text("item", kRequired), .score = item.number("score", kRequired)};
  if (const auto problem = base::id_problem(scored.item); !problem.empty()) item.refuse("item", problem);
  if (const auto read = item.result(); !read)
    return fields.refuse("items", "holds a wrong one: " + read.error().message);
  items.push_back(std::move(scored));
}

Timings read_timings(JsonFields& fields) {
  Timings timings;
  const auto* object = fields.object("timings");
  if (object == nullptr) return timings;
  JsonFields parts(*object, "/timings");
  timings.database_ms = parts.number("database_ms", kOptional);
  timings.bus_ms = parts.number("bus_ms", kOptional);
  timings.queue_ms = parts.number("queue_ms", kOptional);
  timings.inference_ms = parts.number("inference_ms", kOptional);
  if (const auto read = parts.result(); !read) fields.refuse("timings", "holds a wrong one: " + read.error().message);
  return timings;
}

/// Fields that depend on the status.
void check_status(JsonFields& fields, const ResultRecord& result) {
  const bool done = result.status == Status::kDone;
  if (done && result.source != "model" && result.source != "popular") {
    fields.refuse("source", "must be model or popular");
  }
  if (!done && !result.items.empty()) fields.refuse("items", "must be empty unless the status is done");
}

}  // namespace

base::Result<RequestRecord> decode_request(const Message& message) {
  Parsed parsed;
  const auto object = parse_object(parsed, message.value);
  if (!object) return base::Failure(object.error());
  JsonFields fields(**object);
  RequestRecord request;
  request.id = read_id(fields);
  request.user = fields.id("user", kOptional);
  request.history = fields.ids("history", kRequired);
  request.k = fields.number("k", kRequired, {.min = 1, .max = kMaxK}, 1);
  request.exclude = fields.ids("exclude", kOptional);
  if (const auto* filter = fields.object("filter")) {
    JsonFields filters(*filter, "/filter");
    request.categories = filters.texts("categories", kOptional);
    if (const auto read = filters.result(); !read) fields.refuse("filter", "is wrong: " + read.error().message);
  }
  const auto seen = fields.text("seen", kOptional);
  if (!seen.empty() && !parse_seen(seen)) fields.refuse("seen", "must be exclude or include");
  request.seen = parse_seen(seen).value_or(Seen::kExclude);
  request.explain = fields.flag("explain");
  request.created = fields.time("created");
  request.stored = fields.time("stored");
  request.deadline = fields.time("deadline");
  constexpr std::size_t kMaxAttempts = std::numeric_limits<std::uint32_t>::max();
  request.attempt = static_cast<std::uint32_t>(fields.number("attempt", kOptional, {.min = 1, .max = kMaxAttempts}, 1));
  request.traceparent = traceparent_of(message);
  auto valid = fields.result();
  if (valid) valid = check(request);
  if (!valid) return base::Failure(valid.error());
  return request;
}

base::Result<ResultRecord> decode_result(const Message& message) {
  Parsed parsed;
  const auto object = parse_object(parsed, message.value);
  if (!object) return base::Failure(object.error());
  JsonFields fields(**object);
  ResultRecord result;
  result.id = read_id(fields);
  result.user = fields.text("user", kOptional);
  const auto status = parse_status(fields.text("status", kRequired));
  if (!status || *status == Status::kPending) fields.refuse("status", "must be done, failed or expired");
  result.status = status.value_or(Status::kFailed);
  result.model = fields.text("model", kOptional);
  result.source = fields.text("source", kOptional);
  if (const auto* items = fields.array("items", result.status == Status::kDone ? kRequired : kOptional)) {
    if (items->size() > kMaxK) fields.refuse("items", fmt::format("has more than {} elements", kMaxK));
    result.items.reserve(items->size());
    for (const auto& item : *items) read_item(fields, item, result.items);
  }
  constexpr std::size_t kMaxUnknown = 1'000'000;
  result.unknown_items = fields.number("unknown_items", kOptional, {.min = 0, .max = kMaxUnknown});
  result.error = fields.text("error", kOptional);
  result.created = fields.time("created");
  result.deadline = fields.time("deadline");
  result.finished = fields.time("finished");
  result.timings = read_timings(fields);
  if (const auto* value = (*object)->if_contains("explanation"); value != nullptr && !value->is_null()) {
    auto explanation = read_explanation(*value);
    if (!explanation) fields.refuse("explanation", "is wrong: " + explanation.error().message);
    if (explanation) result.explanation = *std::move(explanation);
  }
  result.traceparent = traceparent_of(message);
  check_optional_id(fields, "user", result.user);
  check_optional_id(fields, "model", result.model);
  if (result.error.size() > kMaxErrors) fields.refuse("error", fmt::format("has more than {} bytes", kMaxErrors));
  check_status(fields, result);
  if (const auto valid = fields.result(); !valid) return base::Failure(valid.error());
  return result;
}

base::Result<ModelAnnouncement> decode_model(const Message& message) {
  Parsed parsed;
  const auto object = parse_object(parsed, message.value);
  if (!object) return base::Failure(object.error());
  JsonFields fields(**object);
  ModelAnnouncement model{.version = fields.text("version", kRequired), .manifest = fields.text("manifest", kOptional)};
  if (!checkpoint::is_version(model.version)) fields.refuse("version", "must be a version's name");
  if (const auto* metrics = fields.object("metrics")) model.metrics = json::serialize(*metrics);
  if (const auto valid = fields.result(); !valid) return base::Failure(valid.error());
  return model;
}

}  // namespace sasrec::bus
