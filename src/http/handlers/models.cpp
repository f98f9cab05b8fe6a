#include <utility>

#include "base/done.hpp"
#include "bus/records.hpp"
#include "http/bodies/answer_json.hpp"
#include "http/bodies/recommendation_body.hpp"
#include "http/handlers/handlers.hpp"
#include "http/problem.hpp"
#include "serving/interaction_store.hpp"

namespace sasrec::http {
namespace {

using bus::ResultRecord;
using serving::StoredInteraction;

/// The user's stored history, oldest first.
Task<base::Result<std::vector<std::string>>> read_history(Exchange& exchange, std::string user) {
  auto read = [&store = exchange.services().interactions,
               user = std::move(user)](base::Done<std::vector<StoredInteraction>> done) {
    store.history(user, bus::kMaxHistory, std::move(done));
  };
  auto stored = co_await exchange.ask<std::vector<StoredInteraction>>(std::move(read));
  if (!stored) co_return base::Failure(stored.error());
  std::vector<std::string> history;
  history.reserve(stored->size());
  for (auto one = stored->rbegin(); one != stored->rend(); ++one) history.push_back(std::move(one->item));
  co_return history;
}

}  // namespace

Task<Response> post_version_recommendation(Exchange& exchange) {
  auto decoded = decode_recommendation(exchange.request.body);
  if (!decoded) co_return to_response(decoded.error());
  auto& request = decoded->message;
  if (decoded->read_history) {
    auto history = co_await read_history(exchange, request.user);
    if (!history) co_return to_response(to_problem(history.error()));
    request.history = *std::move(history);
  }
  auto compute = [&services = exchange.services(), version = exchange.request.path_values.front(),
                  request = std::move(request)] {
    return services.recommend_with(version, request);
  };
  const auto result = co_await exchange.compute<ResultRecord>(std::move(compute));
  if (!result) co_return to_response(to_problem(result.error()));
  Response response;
  append_version_answer(response.body, *result, *exchange.services().catalogue.get());
  co_return response;
}

}  // namespace sasrec::http
