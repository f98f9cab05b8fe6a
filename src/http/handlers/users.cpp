#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/done.hpp"
#include "base/json_writer.hpp"
#include "bus/records.hpp"
#include "http/bodies/answer_json.hpp"
#include "http/handlers/handlers.hpp"
#include "http/problem.hpp"
#include "http/query.hpp"
#include "serving/interaction_store.hpp"

namespace sasrec::http {
namespace {

constexpr std::size_t kMaxUsers = 1000;
constexpr std::size_t kMaxIdBytes = 256;

using serving::StoredInteraction;
using serving::UserSummary;

}  // namespace

Task<Response> get_users(Exchange& exchange, const DataServices& services) {
  QueryReader query(exchange.request.query);
  auto prefix = query.text("query", kMaxIdBytes);
  auto after = query.text("after", kMaxIdBytes);
  const auto limit = query.number("limit", 1, kMaxUsers, 100);
  if (const auto problem = query.problem()) co_return to_response(*problem);

  // One more than the answer holds, to see whether there are more.
  auto read = [&store = services.interactions, prefix = std::move(prefix), after = std::move(after),
               limit](base::Done<std::vector<UserSummary>> done) {
    store.users(prefix, after, limit + 1, std::move(done));
  };
  auto users = co_await exchange.ask<std::vector<UserSummary>>(std::move(read));
  if (!users) co_return to_response(to_problem(users.error()));
  const bool more = users->size() > limit;
  if (more) users->resize(limit);

  Response response;
  base::JsonObject body(response.body);
  base::JsonArray list(body.member("users"));
  for (const auto& user : *users) {
    base::JsonObject object(list.element());
    object.text("user", user.user);
    object.end();
  }
  list.end();
  if (more) body.text("next", users->back().user);
  body.end();
  co_return response;
}

Task<Response> get_user_history(Exchange& exchange, const DataServices& services) {
  const auto& user = exchange.request.path_values.front();
  QueryReader query(exchange.request.query);
  const auto limit = query.number("limit", 1, bus::kMaxHistory, 100);
  if (const auto problem = query.problem()) co_return to_response(*problem);

  auto read = [&store = services.interactions, user, limit](base::Done<std::vector<StoredInteraction>> done) {
    store.history(user, limit, std::move(done));
  };
  const auto history = co_await exchange.ask<std::vector<StoredInteraction>>(std::move(read));
  if (!history) co_return to_response(to_problem(history.error()));
  Response response;
  base::JsonObject body(response.body);
  body.text("user", user);
  append_history(body.member("history"), *history, *services.catalogue.get());
  body.end();
  co_return response;
}

Task<Response> delete_user(Exchange& exchange, const DataServices& services) {
  auto remove = [&store = services.interactions,
                 user = exchange.request.path_values.front()](base::Done<std::size_t> done) {
    store.remove_user(user, std::move(done));
  };
  const auto removed = co_await exchange.ask<std::size_t>(std::move(remove));
  if (!removed) co_return to_response(to_problem(removed.error()));
  Response response;
  response.body = fmt::format(R"({{"interactions":{}}})", *removed);
  co_return response;
}

}  // namespace sasrec::http
