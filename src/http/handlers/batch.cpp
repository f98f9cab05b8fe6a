
#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/done.hpp"
#include "base/json_writer.hpp"
#include "bus/records.hpp"
#include "http/bodies/recommendation_body.hpp"
#include "http/handlers/handlers.hpp"
#include "http/idempotency.hpp"
#include "http/server/offload.hpp"
#include "serving/intake.hpp"
#include "serving/recommendation_store.hpp"

namespace sasrec::http {
namespace {

using serving::Accepted;
using serving::NewRequest;
using Requests = std::vector<Decoded<NewRequest>>;
/// What became of each element: its id, or why there is none.
using Outcomes = std::vector<Decoded<base::Uuid>>;

/// Collects the outcomes of the elements, which come on any threads, and calls `done` when it has all of them.
class Gathering {
 public:
  Gathering(Outcomes outcomes, std::size_t open, base::Done<Outcomes> done)
      : outcomes_(std::move(outcomes)), open_(open), done_(std::move(done)) {}

  void refuse(std::size_t index, Problem problem) {
    const std::scoped_lock lock(mutex_);
    outcomes_[index] = Refused(std::move(problem));
  }
  void finish_one() {
    {
      const std::scoped_lock lock(mutex_);
      if (--open_ > 0) return;
    }
    done_(std::move(outcomes_));  // the last one: nobody else is here any more
  }

 private:
  std::mutex mutex_;
  Outcomes outcomes_;
  std::size_t open_;
  base::Done<Outcomes> done_;
};

void submit_all(serving::Intake& intake, const Idempotency& idempotency, Requests requests, base::Done<Outcomes> done) {
  Outcomes outcomes;
  for (const auto& request : requests) {
    if (request) {
      outcomes.emplace_back(request->message.id);
    } else {
      outcomes.emplace_back(Refused(request.error()));
    }
  }
  // One more than there are elements: it ends here, when all have been submitted. Shared by all their callbacks.
  const auto gathering = std::make_shared<Gathering>(std::move(outcomes), requests.size() + 1, std::move(done));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!requests[i]) {
      gathering->finish_one();
      continue;
    }
    intake.submit(*std::move(requests[i]), [gathering, idempotency, i](const base::Result<Accepted>& accepted) {
      if (!accepted) gathering->refuse(i, idempotency.refused(accepted.error()));
      gathering->finish_one();
    });
  }
  gathering->finish_one();
}

/// The problem that all elements have if none was taken because of the state of the service, else null.
const Problem* shared_outage(const Outcomes& outcomes) {
  const auto is_outage = [](const Decoded<base::Uuid>& outcome) {
    return !outcome && outcome.error().status >= 500;
  };
  return std::ranges::all_of(outcomes, is_outage) ? &outcomes.front().error() : nullptr;
}

Response to_response(const Outcomes& outcomes) {
  Response response{.status = 202};
  base::JsonObject body(response.body);
  base::JsonArray results(body.member("results"));
  for (const auto& outcome : outcomes) {
    base::JsonObject result(results.element());
    if (outcome) {
      result.plain_text("id", outcome->text());
      result.plain_text("status", to_string(bus::Status::kPending));
    } else {
      append_problem(result.member("error"), outcome.error());
    }
    result.end();
  }
  results.end();
  body.end();
  return response;
}

}  // namespace

Task<Response> post_recommendation_batch(Exchange& exchange, const RecommendationServices& services) {
  const auto idempotency =
      Idempotency::of(exchange.caller.name, "POST /v1/recommendations/batch", exchange.request.idempotency_key);
  if (!idempotency) co_return http::to_response(idempotency.error());
  auto decoded = co_await decode_body<Requests>(exchange, decode_batch);
  if (!decoded) co_return http::to_response(decoded.error());
  for (std::size_t i = 0; i < decoded->size(); ++i) {
    auto& request = (*decoded)[i];
    if (!request) continue;
    if (const auto may = check_may_ask(*request, exchange.caller.may_read); !may) {
      request = Refused(may.error());
      continue;
    }
    if (idempotency->given()) request->fingerprint = fingerprint(*request);
    request->message.id = idempotency->id(i);
    request->message.traceparent = exchange.request.traceparent;
  }
  auto submit = [&intake = services.intake, idempotency = *idempotency,
                 requests = *std::move(decoded)](base::Done<Outcomes> done) mutable {
    submit_all(intake, idempotency, std::move(requests), std::move(done));
  };
  const auto outcomes = co_await exchange.ask<Outcomes>(std::move(submit));
  if (!outcomes) co_return http::to_response(to_problem(outcomes.error()));
  if (const auto* outage = shared_outage(*outcomes)) co_return http::to_response(*outage);
  co_return to_response(*outcomes);
}

}  // namespace sasrec::http
