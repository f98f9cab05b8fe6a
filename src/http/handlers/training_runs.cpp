#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json_text.hpp"
#include "base/time.hpp"
#include "http/bodies/answer_json.hpp"
#include "http/bodies/training_json.hpp"
#include "http/handlers/handlers.hpp"
#include "http/problem.hpp"
#include "http/query.hpp"
#include "retraining/training_store.hpp"
#include "versions/model_store.hpp"
#include "versions/registry.hpp"

namespace sasrec::http {
namespace {

namespace json = boost::json;
using retraining::TrainingRun;
using versions::ModelInfo;
using versions::Presence;

constexpr std::size_t kMostRuns = 1000;

json::array served_by(const std::vector<Presence>& workers, const std::string& version) {
  json::array list;
  for (const auto& worker : workers) {
    if (worker.version != version) continue;
    list.push_back(json::object{{"worker", worker.name}, {"since", base::format_time(worker.since)}});
  }
  return list;
}

base::Result<std::string> models_json(versions::Registry& registry) {
  auto models = versions::list_models(registry.directory());
  if (!models && models.error().code == base::ErrorCode::kNotFound) models = std::vector<ModelInfo>{};  // none yet
  if (!models) return base::Failure(models.error());
  const auto workers = registry.present(Presence::Role::kWorker);
  json::object body{{"active", nullptr}};
  if (auto active = versions::active_of(*models)) body["active"] = *active;
  json::array list;
  for (auto& [entry, created, metrics] : *models) {
    json::object model{{"version", entry.version},
                       {"state", to_string(entry.state)},
                       {"created", base::format_time(created)},
                       {"metrics", std::move(metrics)}};
    if (!entry.reason.empty()) model["reason"] = entry.reason;
    if (auto serving = served_by(workers, entry.version); !serving.empty()) model["served_by"] = std::move(serving);
    list.push_back(std::move(model));
  }
  body["models"] = std::move(list);
  return base::to_json_text(body);
}

struct Asked {
  TrainingRun run;
  std::size_t trainers = 0;
};

}  // namespace

Task<Response> get_models(Exchange& exchange) {
  auto read = [&registry = exchange.services().models]() {
    return models_json(registry);
  };
  auto models = co_await exchange.compute<std::string>(std::move(read));
  if (!models) co_return to_response(to_problem(models.error()));
  co_return Response{.body = *std::move(models)};
}

Task<Response> post_model_activation(Exchange& exchange) {
  const auto& version = exchange.request.path_values.front();
  auto activate = [&registry = exchange.services().models, version]() -> base::Result<bool> {
    if (auto activated = registry.activate(version); !activated) return base::Failure(activated.error());
    return true;
  };
  const auto activated = co_await exchange.compute<bool>(std::move(activate));
  if (!activated) co_return to_response(to_problem(activated.error()));
  Response response;
  append_field(response.body, "{", "active", version);
  response.body += '}';
  co_return response;
}

Task<Response> get_training_runs(Exchange& exchange) {
  QueryReader query(exchange.request.query);
  const auto limit = query.number("limit", 1, kMostRuns, 50);
  if (const auto problem = query.problem()) co_return to_response(*problem);
  auto read = [&store = exchange.services().training, limit]() {
    return store.training_runs(limit);
  };
  const auto runs = co_await exchange.compute<std::vector<TrainingRun>>(std::move(read));
  if (!runs) co_return to_response(to_problem(runs.error()));
  json::array list;
  for (const auto& run : *runs) list.push_back(run_json(run));
  co_return Response{.body = base::to_json_text(json::object{{"runs", std::move(list)}})};
}

Task<Response> post_training_run(Exchange& exchange) {
  auto ask = [&services = exchange.services()]() -> base::Result<Asked> {
    auto run = services.training.request_run("request");
    if (!run) return base::Failure(run.error());
    return Asked{*std::move(run), services.models.present(Presence::Role::kTrainer).size()};
  };
  const auto asked = co_await exchange.compute<Asked>(std::move(ask));
  if (!asked) co_return to_response(to_problem(asked.error()));
  Response response{.status = 202};
  append_field(response.body, "{", "id", asked->run.id.text());
  append_field(response.body, ",", "state", to_string(asked->run.state));
  response.body += fmt::format(",\"trainers\":{}", asked->trainers);
  if (asked->trainers == 0) {
    append_field(response.body, ",", "note",
                 "no trainer is there: the run waits until one is started (sasrec-trainer watch)");
  }
  response.body += '}';
  co_return response;
}

}  // namespace sasrec::http
