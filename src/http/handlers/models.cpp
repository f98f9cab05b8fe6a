#include <ranges>
#include <utility>

#include "base/done.hpp"
#include "base/json_text.hpp"
#include "base/json_writer.hpp"
#include "bus/records.hpp"
#include "http/bodies/answer_json.hpp"
#include "http/bodies/recommendation_body.hpp"
#include "http/handlers/handlers.hpp"
#include "http/problem.hpp"
#include "serving/interaction_store.hpp"
#include "versions/models_document.hpp"
#include "versions/registry.hpp"

namespace sasrec::http {
namespace {

using bus::ResultRecord;
using serving::StoredInteraction;
using versions::ModelInfo;
using versions::Presence;

/// The user's stored history, oldest first.
Task<base::Result<std::vector<std::string>>> read_history(Exchange& exchange, serving::InteractionStore& store,
                                                          std::string user) {
  auto read = [&store, user = std::move(user)](base::Done<std::vector<StoredInteraction>> done) {
    store.history(user, bus::kMaxHistory, std::move(done));
  };
  auto stored = co_await exchange.ask<std::vector<StoredInteraction>>(std::move(read));
  if (!stored) co_return base::Failure(stored.error());
  std::vector<std::string> history;
  history.reserve(stored->size());
  for (auto& one : std::views::reverse(*stored)) history.push_back(std::move(one.item));
  co_return history;
}

base::Result<std::string> models_json(versions::Registry& registry) {
  auto models = versions::list_models(registry.directory());
  if (!models && models.error().code == base::ErrorCode::kNotFound) models = std::vector<ModelInfo>{};  // none yet
  if (!models) return base::Failure(models.error());
  return base::to_json_text(versions::models_document(*models, registry.present(Presence::Role::kWorker)));
}

}  // namespace

Task<Response> get_models(Exchange& exchange, const ModelServices& services) {
  auto read = [&registry = services.registry]() {
    return models_json(registry);
  };
  auto models = co_await exchange.compute<std::string>(std::move(read));
  if (!models) co_return to_response(to_problem(models.error()));
  co_return Response{.body = *std::move(models)};
}

Task<Response> post_model_activation(Exchange& exchange, const ModelServices& services) {
  const auto& version = exchange.request.path_values.front();
  auto activate = [&registry = services.registry, version]() -> base::Result<bool> {
    if (auto activated = registry.activate(version); !activated) return base::Failure(activated.error());
    return true;
  };
  const auto activated = co_await exchange.compute<bool>(std::move(activate));
  if (!activated) co_return to_response(to_problem(activated.error()));
  Response response;
  base::JsonObject body(response.body);
  body.text("active", version);
  body.end();
  co_return response;
}

Task<Response> post_version_recommendation(Exchange& exchange, const ModelServices& services) {
  auto decoded = decode_recommendation(exchange.request.body);
  if (!decoded) co_return to_response(decoded.error());
  auto& request = decoded->message;
  if (decoded->read_history) {
    auto history = co_await read_history(exchange, services.interactions, request.user);
    if (!history) co_return to_response(to_problem(history.error()));
    request.history = *std::move(history);
  }
  auto compute = [&services, version = exchange.request.path_values.front(), request = std::move(request)] {
    return services.recommend_with(version, request);
  };
  const auto result = co_await exchange.compute<ResultRecord>(std::move(compute));
  if (!result) co_return to_response(to_problem(result.error()));
  Response response;
  append_version_answer(response.body, *result, *services.catalogue.get());
  co_return response;
}

}  // namespace sasrec::http
