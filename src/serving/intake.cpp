#include "serving/intake.hpp"

#include <utility>

#include "bus/codec.hpp"

namespace sasrec::serving {

using base::ErrorCode;
using base::fail;

Intake::Intake(RecommendationStore& store, bus::Bus& bus, ResultHub& hub, telemetry::Metrics& metrics, Options options)
    : store_(store),
      bus_(bus),
      hub_(hub),
      metrics_(metrics),
      database_seconds_(metrics.stage_seconds.Add({{"stage", "database"}}, telemetry::Metrics::latency_buckets())),
      options_(std::move(options)) {}

void Intake::submit(NewRequest request, base::Done<Accepted> done) {
  if (const auto valid = check(request.message); !valid) return done(base::Failure(valid.error()));
  if (hub_.open() >= options_.max_open) {
    return done(fail(ErrorCode::kOverloaded, "{} requests wait for their results; no more are taken", hub_.open()));
  }
  auto& message = request.message;
  message.created = options_.clock();
  message.deadline = message.created + options_.deadline;

  // The row's history comes back with the answer: what is kept here does without.
  auto history = std::exchange(message.history, {});
  bus::RequestRecord kept = message;
  message.history = std::move(history);
  std::string fingerprint = request.fingerprint;
  store_.accept(std::move(request), [this, kept = std::move(kept), fingerprint = std::move(fingerprint),
                                     done = std::move(done)](base::Result<Accepted> accepted) {
    if (accepted && accepted->created) {
      publish(kept, *accepted);
    } else if (accepted && accepted->fingerprint != fingerprint) {
      accepted = fail(ErrorCode::kInvalidInput, "request {} is there already, with another content", kept.id.text());
    }
    done(std::move(accepted));
  });
}

void Intake::publish(bus::RequestRecord request, const Accepted& accepted) {
  metrics_.requests_accepted.Increment();
  database_seconds_.Observe(std::chrono::duration<double>(options_.clock() - request.created).count());
  request.history = accepted.history;
  request.stored = accepted.stored;
  // Before publishing: the result may come before publish() returns.
  hub_.expect(request.id, request.deadline);
  // Not this object: a message may be under way when the intake is gone.
  const auto published = bus_.publish(bus::encode(request), [&metrics = metrics_](const base::Result<void>& delivered) {
    if (!delivered) metrics.requests_unpublished.Increment();
  });
  if (!published) metrics_.requests_unpublished.Increment();
}

}  // namespace sasrec::serving
