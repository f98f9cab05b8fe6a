#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/done.hpp"
#include "base/json_writer.hpp"
#include "bus/records.hpp"
#include "http/bodies/answer_json.hpp"
#include "http/bodies/recommendation_body.hpp"
#include "http/bodies/request_fields.hpp"
#include "http/handlers/handlers.hpp"
#include "http/idempotency.hpp"
#include "serving/intake.hpp"
#include "serving/recommendation_store.hpp"
#include "serving/similar_items.hpp"

namespace sasrec::http {
namespace {

using bus::Status;
using serving::Accepted;
using serving::NewRequest;
using Wait = std::optional<std::chrono::seconds>;

/// How long an answer may be waited for, as the client prefers.
struct Patience {
  Wait wait;
  Waiter::Clock::time_point until;

  static Patience of(const Exchange& exchange) {
    const auto wait = preferred_wait(exchange.request.prefer, exchange.limits().max_wait);
    return {wait, Waiter::Clock::now() + wait.value_or(std::chrono::seconds(0))};
  }
  bool none() const { return !wait || wait->count() == 0; }
};

std::string location(const base::Uuid& id) {
  return "/v1/recommendations/" + id.text();
}

void note_preference(Response& response, const Patience& patience) {
  if (patience.wait) {
    response.headers.emplace_back("Preference-Applied", "wait=" + std::to_string(patience.wait->count()));
  }
}

Response answer(const RecommendationServices& services, const bus::ResultRecord& result, const Patience& patience) {
  Response response;
  const bool popular = result.status == Status::kDone && result.source == "popular";
  const auto notice = popular && !services.serves_model() ? serving::kNoModel : std::string_view();
  append_recommendation(response.body, result, *services.catalogue.get(), notice);
  note_preference(response, patience);
  return response;
}

Response accepted_answer(const base::Uuid& id, const Patience& patience) {
  Response response{.status = 202};
  base::JsonObject body(response.body);
  body.plain_text("id", id.text());
  body.plain_text("status", to_string(Status::kPending));
  body.end();
  response.headers.emplace_back("Location", location(id));
  note_preference(response, patience);
  return response;
}

/// What is known of a request: from the results that came lately, else from the database, and if it is still pending
/// there, what comes within `patience`.
Task<base::Result<bus::ResultRecord>> look_up(Exchange& exchange, const RecommendationServices& services, base::Uuid id,
                                              Patience patience) {
  if (const auto recent = services.results.find(id)) {
    co_return *recent;
  }
  auto find = [&store = services.store, id](base::Done<bus::ResultRecord> done) {
    store.find(id, std::move(done));
  };
  auto found = co_await exchange.ask<bus::ResultRecord>(std::move(find));
  if (!found || found->status != Status::kPending || patience.none()) co_return found;
  if (const auto result = co_await exchange.await_result(services.results, id, patience.until)) {
    co_return *result;
  }
  co_return found;
}

/// Adds to `request` what its body does not hold.
void complete(NewRequest& request, const Exchange& exchange, const Idempotency& idempotency, std::size_t index) {
  if (idempotency.given()) request.fingerprint = fingerprint(request);
  request.message.id = idempotency.id(index);
  request.message.traceparent = exchange.request.traceparent;
}

Task<Response> take_in(Exchange& exchange, const RecommendationServices& services) {
  const auto patience = Patience::of(exchange);
  const auto idempotency =
      Idempotency::of(exchange.caller.name, "POST /v1/recommendations", exchange.request.idempotency_key);
  if (!idempotency) co_return to_response(idempotency.error());
  auto decoded = decode_recommendation(exchange.request.body);
  if (!decoded) co_return to_response(decoded.error());
  if (const auto may = check_may_ask(*decoded, exchange.caller.may_read); !may) co_return to_response(may.error());
  complete(*decoded, exchange, *idempotency, 0);
  const auto id = decoded->message.id;

  auto submit = [&intake = services.intake, request = *std::move(decoded)](base::Done<Accepted> done) mutable {
    intake.submit(std::move(request), std::move(done));
  };
  const auto accepted = co_await exchange.ask<Accepted>(std::move(submit));
  if (!accepted) co_return to_response(idempotency->refused(accepted.error()));
  if (patience.none()) co_return accepted_answer(id, patience);

  if (accepted->created) {
    if (const auto result = co_await exchange.await_result(services.results, id, patience.until)) {
      co_return answer(services, *result, patience);
    }
  } else {
    // A retry: the result may have come, and been forgotten by the hub, long ago.
    const auto found = co_await look_up(exchange, services, id, patience);
    if (found && found->status != Status::kPending) co_return answer(services, *found, patience);
  }
  co_return accepted_answer(id, patience);
}

}  // namespace

Task<Response> post_recommendation(Exchange& exchange, const RecommendationServices& services) {
  auto response = co_await take_in(exchange, services);
  // The caller's or the one that was made: what this request is called on the bus and in the workers' logs.
  response.headers.emplace_back("traceparent", exchange.request.traceparent);
  co_return response;
}

Task<Response> get_recommendation(Exchange& exchange, const RecommendationServices& services) {
  const auto patience = Patience::of(exchange);
  const auto id = base::Uuid::parse(exchange.request.path_values.front());
  if (!id) co_return to_response({.status = 404, .detail = "there is no such recommendation: ids are UUIDs"});
  auto found = co_await look_up(exchange, services, *id, patience);
  if (!found) co_return to_response(to_problem(found.error()));
  co_return answer(services, *found, patience);
}

}  // namespace sasrec::http
