#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json_text.hpp"
#include "base/json_writer.hpp"
#include "base/time.hpp"
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
using versions::Presence;

constexpr std::size_t kMaxRuns = 1000;

struct Asked {
  TrainingRun run;
  std::size_t trainers = 0;
};

}  // namespace

Task<Response> get_training_runs(Exchange& exchange, const ModelServices& services) {
  QueryReader query(exchange.request.query);
  const auto limit = query.number("limit", 1, kMaxRuns, 50);
  if (const auto problem = query.problem()) co_return to_response(*problem);
  auto read = [&store = services.training, limit]() {
    return store.training_runs(limit);
  };
  const auto runs = co_await exchange.compute<std::vector<TrainingRun>>(std::move(read));
  if (!runs) co_return to_response(to_problem(runs.error()));
  json::array list;
  for (const auto& run : *runs) list.push_back(run_json(run));
  co_return Response{.body = base::to_json_text(json::object{{"runs", std::move(list)}})};
}

Task<Response> post_training_run(Exchange& exchange, const ModelServices& services) {
  // Asked together, so that the answer says whether anything will take the run up.
  auto ask = [&services]() -> base::Result<Asked> {
    auto run = services.training.request_run("request");
    if (!run) return base::Failure(run.error());
    return Asked{*std::move(run), services.registry.present(Presence::Role::kTrainer).size()};
  };
  const auto asked = co_await exchange.compute<Asked>(std::move(ask));
  if (!asked) co_return to_response(to_problem(asked.error()));
  Response response{.status = 202};
  base::JsonObject body(response.body);
  body.plain_text("id", asked->run.id.text());
  body.plain_text("state", to_string(asked->run.state));
  body.number("trainers", asked->trainers);
  if (asked->trainers == 0) {
    body.text("note", "no trainer is there: the run waits until one is started (sasrec-trainer watch)");
  }
  body.end();
  co_return response;
}

}  // namespace sasrec::http
