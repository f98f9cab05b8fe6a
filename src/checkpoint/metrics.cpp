#include "checkpoint/metrics.hpp"

#include <string_view>
#include <utility>

#include <boost/json/value.hpp>

namespace sasrec::checkpoint {
namespace {

namespace json = boost::json;

const json::object* object_in(const json::object& parent, std::string_view key) {
  const auto* const value = parent.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::optional<std::int64_t> whole(const json::object& parent, std::string_view key) {
  const auto* const value = parent.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->as_int64();
  if (value->is_uint64()) return static_cast<std::int64_t>(value->as_uint64());
  return std::nullopt;
}

std::optional<double> number(const json::object& parent, std::string_view key) {
  const auto* const value = parent.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::string text(const json::object& parent, std::string_view key) {
  const auto* const value = parent.if_contains(key);
  return value == nullptr || !value->is_string() ? std::string() : std::string(value->get_string());
}

template <class T>
void put(json::object& into, std::string_view key, const std::optional<T>& value) {
  if (value) into[key] = *value;
}

json::object write(const HeldRecord& held) {
  json::object written{{"rule", held.rule}};
  put(written, "share", held.share);
  put(written, "hash", held.hash);
  return written;
}

json::object write(const DataRecord& data) {
  json::object written;
  put(written, "users", data.users);
  put(written, "items", data.items);
  put(written, "interactions", data.interactions);
  put(written, "events", data.events);
  if (data.held) written["held"] = write(*data.held);
  put(written, "first_time", data.first_time);
  put(written, "last_time", data.last_time);
  put(written, "learned_until", data.learned_until);
  return written;
}

json::object write(const GateRecord& gate) {
  json::object written{{"passed", gate.passed},
                       {"code", gate.code},
                       {"reason", gate.reason},
                       {"cases", gate.cases},
                       {"candidate", gate.candidate},
                       {"popularity", gate.popularity},
                       {"compared_with", gate.serving ? "serving" : "popularity"}};
  if (!gate.serving_version.empty()) written["serving_version"] = gate.serving_version;
  put(written, "serving", gate.serving);
  if (gate.difference) written["difference"] = {{"mean", gate.difference->mean}, {"error", gate.difference->error}};
  return written;
}

DataRecord read_data(const json::object& json) {
  DataRecord data{.users = whole(json, "users"),
                  .items = whole(json, "items"),
                  .interactions = whole(json, "interactions"),
                  .events = whole(json, "events"),
                  .held = {},
                  .first_time = whole(json, "first_time"),
                  .last_time = whole(json, "last_time"),
                  .learned_until = whole(json, "learned_until")};
  if (const auto* const held = object_in(json, "held")) {
    data.held = {.rule = text(*held, "rule"), .share = number(*held, "share"), .hash = whole(*held, "hash")};
  }
  return data;
}

std::optional<TrainingRecord> read_training(const json::object& json) {
  const auto epochs = whole(json, "epochs");
  const auto best = whole(json, "best_epoch");
  const auto seconds = number(json, "seconds_per_epoch");
  if (!epochs || !best || !seconds) return std::nullopt;
  return TrainingRecord{*epochs, *best, *seconds};
}

std::optional<GateRecord> read_gate(const json::object& json) {
  const auto* const passed = json.if_contains("passed");
  const auto cases = whole(json, "cases");
  const auto candidate = number(json, "candidate");
  const auto popularity = number(json, "popularity");
  if (passed == nullptr || !passed->is_bool() || !cases || !candidate || !popularity) return std::nullopt;
  GateRecord gate{.passed = passed->get_bool(),
                  .code = text(json, "code"),
                  .reason = text(json, "reason"),
                  .cases = *cases,
                  .candidate = *candidate,
                  .popularity = *popularity,
                  .serving_version = text(json, "serving_version"),
                  .serving = number(json, "serving"),
                  .difference = {}};
  if (const auto* const lead = object_in(json, "difference")) {
    const auto mean = number(*lead, "mean");
    const auto error = number(*lead, "error");
    if (mean && error) gate.difference = {*mean, *error};
  }
  return gate;
}

}  // namespace

std::optional<double> Metrics::test_ndcg() const {
  return number(test, "ndcg@10");
}

json::object to_json(const Metrics& metrics) {
  json::object written;
  if (metrics.data) written["data"] = write(*metrics.data);
  if (metrics.validation_ndcg) written["validation"] = {{"ndcg@10", *metrics.validation_ndcg}};
  if (!metrics.test.empty()) written["test"] = metrics.test;
  if (metrics.training) {
    written["training"] = {{"epochs", metrics.training->epochs},
                           {"best_epoch", metrics.training->best_epoch},
                           {"seconds_per_epoch", metrics.training->seconds_per_epoch}};
  }
  if (metrics.gate) written["gate"] = write(*metrics.gate);
  return written;
}

Metrics read_metrics(const json::object& json) {
  Metrics metrics;
  if (const auto* const data = object_in(json, "data")) metrics.data = read_data(*data);
  if (const auto* const validation = object_in(json, "validation")) {
    metrics.validation_ndcg = number(*validation, "ndcg@10");
  }
  if (const auto* const test = object_in(json, "test")) metrics.test = *test;
  if (const auto* const training = object_in(json, "training")) metrics.training = read_training(*training);
  if (const auto* const gate = object_in(json, "gate")) metrics.gate = read_gate(*gate);
  return metrics;
}

}  // namespace sasrec::checkpoint
