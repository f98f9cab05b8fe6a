#include "apps/bench_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "apps/http_load.hpp"
#include "apps/text_table.hpp"
#include "base/json_text.hpp"
#include "base/uuid.hpp"

namespace sasrec::apps {
namespace {

using base::ErrorCode;
using base::Result;

struct Options {
  std::string url = "http://127.0.0.1:8080";
  std::string key;
  double rate = 100;
  double seconds = 10;
  std::size_t connections = 64;
  std::vector<std::size_t> history;  // shortest and longest; empty: users of the service instead
  std::size_t interactions = 0;      // events a request; 0: recommendations
  std::size_t k = 10;
  unsigned wait = 10;
  std::size_t users = 10'000;
  std::uint64_t seed = 1;
  bool json = false;
};

/// The strings named `field` of the objects in the list `list` of an answer to a GET.
Result<std::vector<std::string>> fetch(const HttpTarget& target, const std::string& path, std::string_view list,
                                       std::string_view field) {
  const auto answer = http_get(target, path);
  if (!answer) return base::Failure(answer.error());
  if (answer->status != 200) {
    return base::fail(ErrorCode::kUnavailable, "GET {} gave {}: {}", path, answer->status, answer->body);
  }
  boost::system::error_code error;
  const auto document = boost::json::parse(answer->body, error);
  const auto* const object = error ? nullptr : document.if_object();
  const auto* const entries = object == nullptr ? nullptr : object->if_contains(list);
  if (entries == nullptr || !entries->is_array()) {
    return base::fail(ErrorCode::kUnavailable, "GET {} gave no list \"{}\"", path, list);
  }
  std::vector<std::string> values;
  for (const auto& entry : entries->get_array()) {
    const auto* const text = entry.is_object() ? entry.get_object().if_contains(field) : nullptr;
    if (text != nullptr && text->is_string()) values.emplace_back(text->get_string());
  }
  return values;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
}

Result<std::vector<std::string>> fetch_users(const HttpTarget& target, std::size_t max_users) {
  std::vector<std::string> users;
  while (users.size() < max_users) {
    const auto after = users.empty() ? std::string() : "&after=" + percent_encoded(users.back());
    auto page = fetch(target, "/v1/users?limit=1000" + after, "users", "user");
    if (!page) return page;
    if (page->empty()) break;
    users.insert(users.end(), page->begin(), page->end());
  }
  if (users.empty()) return base::fail(ErrorCode::kNotFound, "the service has no users yet: sasrec import");
  return users;
}

/// Draws request bodies.
class Bodies {
 public:
  static Result<Bodies> make(const HttpTarget& target, const Options& options) {
    Bodies bodies(options);
    if (options.history.empty() || options.interactions > 0) {
      auto users = fetch_users(target, options.users);
      if (!users) return base::Failure(users.error());
      bodies.users_ = std::move(*users);
    }
    if (!options.history.empty() || options.interactions > 0) {
      auto items = fetch(target, "/v1/popular?k=1000", "items", "item");
      if (!items) return base::Failure(items.error());
      if (items->empty()) return base::fail(ErrorCode::kNotFound, "the service has no items yet: sasrec import");
      bodies.items_ = std::move(*items);
    }
    return bodies;
  }

  std::string next() {
    std::string json;
    if (options_->interactions > 0) {
      json = "{\"interactions\":[";
      for (std::size_t i = 0; i < options_->interactions; ++i) {
        json += fmt::format("{}{{\"id\":\"{}\",\"user\":", i == 0 ? "" : ",", base::Uuid::make().text());
        base::append_json_string(json, one_of(users_));
        json += ",\"item\":";
        base::append_json_string(json, one_of(items_));
        json += '}';
      }
      return json += "]}";
    }
    if (options_->history.empty()) {
      json = "{\"user\":";
      base::append_json_string(json, one_of(users_));
    } else {
      json = "{\"history\":[";
      const auto length = std::uniform_int_distribution(options_->history.front(), options_->history.back())(random_);
      for (std::size_t i = 0; i < length; ++i) {
        if (i > 0) json += ',';
        base::append_json_string(json, one_of(items_));
      }
      json += ']';
    }
    return json += fmt::format(",\"k\":{}}}", options_->k);
  }

 private:
  explicit Bodies(const Options& options) : options_(&options), random_(options.seed) {}

  const std::string& one_of(const std::vector<std::string>& values) {
    return values[std::uniform_int_distribution<std::size_t>(0, values.size() - 1)(random_)];
  }

  const Options* options_;
  std::mt19937_64 random_;
  std::vector<std::string> users_;
  std::vector<std::string> items_;
};

/// How many of the requests that were answered 202 ended, by status; "lost" for those that have not within their time.
Result<std::map<std::string, std::size_t>> follow_up(const HttpTarget& target, const std::vector<std::string>& ids) {
  std::map<std::string, std::size_t> ended;
  for (const auto& id : ids) {
    std::string status = "lost";
    // Four waits in the service are longer than a request lives by default.
    for (int tries = 0; tries < 4 && status == "lost"; ++tries) {
      const auto answer = http_get(target, "/v1/recommendations/" + id, "Prefer: wait=15");
      if (!answer) return base::Failure(answer.error());
      boost::system::error_code error;
      const auto document = boost::json::parse(answer->body, error);
      const auto* const field = !error && document.is_object() ? document.get_object().if_contains("status") : nullptr;
      if (field != nullptr && field->is_string() && field->get_string() != "pending") status = field->get_string();
    }
    ++ended[status];
  }
  return ended;
}

boost::json::object to_json(const Options& options, const LoadReport& report,
                            const std::map<std::string, std::size_t>& followed) {
  boost::json::object statuses;
  for (const auto& [status, count] : report.statuses) statuses[std::to_string(status)] = count;
  boost::json::object pending;
  for (const auto& [status, count] : followed) pending[status] = count;
  const auto& values = report.latencies_ms;
  boost::json::object latency;
  for (const auto& [name, share] :
       {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1.0}}) {
    latency[name] = percentile(values, share);
  }
  boost::json::array histogram;
  auto from = values.begin();
  for (float limit = 0.25F; from != values.end(); limit *= 2) {
    const auto to = std::upper_bound(from, values.end(), limit);
    if (to != from) histogram.push_back({{"to_ms", limit}, {"count", to - from}});
    from = to;
  }
  return {{"asked_rate", options.rate},
          {"answered_rate", report.seconds > 0 ? static_cast<double>(values.size()) / report.seconds : 0.0},
          {"seconds", report.seconds},
          {"sent", report.sent},
          {"unsent", report.unsent},
          {"broken", report.broken},
          {"statuses", statuses},
          {"answered_later", pending},
          {"latency_ms", latency},
          {"refused_ms", {{"p50", percentile(report.refusals_ms, 0.5)}, {"p99", percentile(report.refusals_ms, 0.99)}}},
          {"histogram", histogram}};
}

void print(const boost::json::object& json) {
  TextTable table({{.title = ""}, {.title = ""}});
  for (const auto& [name, value] : json) {
    if (name == "histogram") continue;
    table.add_row({std::string(name), base::to_json_text(value)});
  }
  fmt::print("{}\nlatency, each row up to so many milliseconds:\n", table.text());
  std::size_t highest = 1;
  for (const auto& row : json.at("histogram").as_array()) {
    highest = std::max(highest, row.at("count").to_number<std::size_t>());
  }
  for (const auto& row : json.at("histogram").as_array()) {
    const auto count = row.at("count").to_number<std::size_t>();
    fmt::print("{:>10} {:>9} {}\n", base::to_json_text(row.at("to_ms")), count,
               std::string((count * 50 + highest - 1) / highest, '#'));
  }
}

ExitCode run(const Options& options) {
  if (!options.history.empty() &&
      (options.history.size() != 2 || options.history[0] > options.history[1] || options.history[0] == 0)) {
    return bad_usage("--history: a shortest and a longest length, as in --history 5 200");
  }
  const auto target = HttpTarget::parse(options.url, options.key);
  if (!target) return bad_usage("--url: " + target.error().message);
  auto bodies = Bodies::make(*target, options);
  if (!bodies) return failed(bodies.error());

  LoadPlan plan{.path = options.interactions > 0 ? "/v1/interactions" : "/v1/recommendations",
                .headers = {},
                .next_body = [&] { return bodies->next(); },
                .rate = options.rate,
                .duration = std::chrono::milliseconds(static_cast<std::int64_t>(options.seconds * 1000)),
                .connections = options.connections};
  if (options.interactions == 0 && options.wait > 0)
    plan.headers.push_back(fmt::format("Prefer: wait={}", options.wait));
  const auto report = run_load(*target, plan);
  if (!report) return failed(report.error());
  std::map<std::string, std::size_t> followed;
  if (options.interactions == 0) {
    auto ended = follow_up(*target, report->pending_ids);
    if (!ended) return failed(ended.error());
    followed = std::move(*ended);
  }
  const auto json = to_json(options, *report, followed);
  if (options.json) {
    print_line(base::to_json_text(json));
  } else {
    print(json);
  }
  return followed.contains("lost") ? ExitCode::kFailed : ExitCode::kDone;
}

}  // namespace

void add_bench_command(CLI::App& program, ExitCode& result) {
  auto* const bench = program.add_subcommand("bench", "Measure a running service");
  bench->require_subcommand(1);
  auto* const command = bench->add_subcommand("http", "Send requests at a fixed rate and say how long they took");
  const auto options = std::make_shared<Options>();  // shared by the callbacks that CLI11 copies
  command->add_option("--url", options->url, "The service")->capture_default_str();
  command->add_option("--key", options->key, "An API key with the scopes predict, read, and ingest for --interactions");
  command->add_option("--rate", options->rate, "Requests a second")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--seconds", options->seconds, "For so long")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--connections", options->connections, "Requests under way at most")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_option("--history", options->history, "Send histories of MIN to MAX items instead of user ids")
      ->expected(2)
      ->type_name("MIN MAX");
  command->add_option("--interactions", options->interactions, "Send interactions instead, so many a request")
      ->check(CLI::Range(1, 1000));
  command->add_option("-k", options->k, "Items asked for")->check(CLI::Range(1, 1000))->capture_default_str();
  command->add_option("--wait", options->wait, "Prefer: wait, in seconds; 0: take the 202")
      ->check(CLI::Range(0, 30))
      ->capture_default_str();
  command->add_option("--users", options->users, "Draw from so many users")->capture_default_str();
  command->add_option("--seed", options->seed, "Of the draw")->capture_default_str();
  command->add_flag("--json", options->json, "One JSON document");
  command->footer(
      "A request's latency counts from when it was due, also while no connection is free. Requests answered 202 are "
      "asked\n"
      "for until they have ended; the exit code is 1 if one has not.\n"
      "Example:\n  sasrec bench http --rate 1000 --seconds 60");
  command->callback([options, &result] { result = run(*options); });
}

}  // namespace sasrec::apps
