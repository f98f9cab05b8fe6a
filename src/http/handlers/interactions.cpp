#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "base/done.hpp"
#include "bus/records.hpp"
#include "http/bodies/interaction_body.hpp"
#include "http/handlers/handlers.hpp"
#include "http/idempotency.hpp"
#include "http/server/offload.hpp"
#include "serving/interaction_store.hpp"
#include "telemetry/metrics.hpp"

namespace sasrec::http {

Task<Response> post_interactions(Exchange& exchange, const DataServices& services) {
  const auto idempotency =
      Idempotency::of(exchange.caller.name, "POST /v1/interactions", exchange.request.idempotency_key);
  if (!idempotency) co_return to_response(idempotency.error());

  auto decode = [scope = idempotency->scope()](std::string_view body) {
    return decode_interactions(body, scope, base::now());
  };
  auto decoded = co_await decode_body<std::vector<bus::Interaction>>(exchange, std::move(decode));
  if (!decoded) co_return to_response(decoded.error());

  auto add = [&store = services.interactions, &written = services.metrics.interactions_written,
              interactions = *std::move(decoded)](base::Done<serving::AddedInteractions> done) mutable {
    // Counted when they are stored, whether or not anybody still waits for the answer.
    auto stored = [&written, done = std::move(done)](base::Result<serving::AddedInteractions> added) {
      if (added) written.Increment(static_cast<double>(added->added));
      done(std::move(added));
    };
    store.add(std::move(interactions), std::move(stored));
  };
  const auto added = co_await exchange.ask<serving::AddedInteractions>(std::move(add));
  if (!added) co_return to_response(to_problem(added.error()));
  Response response;
  response.body = fmt::format(R"({{"accepted":{},"duplicates":{}}})", added->added, added->duplicates);
  co_return response;
}

}  // namespace sasrec::http
