#include "serving/sweeper.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "base/said_once.hpp"
#include "bus/codec.hpp"

namespace sasrec::serving {
namespace {

/// What becomes of a message is seen in the database, not here.
void ignore(const base::Result<void>& /*delivered*/) {}

}  // namespace

Sweeper::Sweeper(RecommendationStore& store, bus::Bus& bus, telemetry::Metrics& metrics, Options options)
    : store_(store), bus_(bus), metrics_(metrics), options_(std::move(options)) {}

void Sweeper::run(const std::stop_token& stop) {
  base::Backoff backoff(options_.backoff);
  auto& retries = metrics_.store_retries.Add({{"operation", "sweep"}});
  using News = base::SaidOnce::News;
  base::SaidOnce said;
  bool failing = false;
  auto wait = std::chrono::milliseconds(0);
  while (wait.count() == 0 || base::pause(stop, wait)) {
    if (stop.stop_requested()) return;
    if (failing) retries.Increment();
    const auto swept = sweep();
    const auto news = said.hear(swept);
    if (news == News::kTrouble) {
      spdlog::warn("the sweeper can't read the requests; trying again: {}", swept.error().message);
    }
    if (news == News::kOver) spdlog::info("the sweeper can read the requests again");
    failing = !swept;
    if (swept) backoff.reset();
    wait = swept ? options_.interval : backoff.next();
  }
}

base::Result<void> Sweeper::sweep() {
  const auto now = options_.clock();
  // First what is over: it would be in the way of what is not.
  auto done = expire(now);
  if (done) done = republish(now);
  return done;
}

base::Result<void> Sweeper::expire(base::Time now) {
  while (true) {
    const auto expired = store_.expire(now - options_.grace, options_.max_rows);
    if (!expired) return base::Failure(expired.error());
    metrics_.expired.Increment(static_cast<double>(expired->size()));
    for (const auto& result : *expired) {
      if (const auto published = bus_.publish(bus::encode(result), ignore); !published) {
        spdlog::debug("nobody hears that request {} has expired: {}", result.id.text(), published.error().message);
      }
    }
    if (expired->size() < options_.max_rows) return {};
  }
}

base::Result<void> Sweeper::republish(base::Time now) {
  // Attempts on a bus that is down would only put the next one off.
  while (bus_.health()) {
    const auto due = store_.take_due(now, options_.again_after, options_.max_rows);
    if (!due) return base::Failure(due.error());
    for (const auto& request : *due) {
      const auto published = bus_.publish(bus::encode(request), ignore);
      if (published) {
        metrics_.republished.Increment();
      } else if (published.error().code == base::ErrorCode::kOverloaded) {
        return {};
      } else {
        spdlog::error("request {} can't be published, it will expire: {}", request.id.text(),
                      published.error().message);
      }
    }
    if (due->size() < options_.max_rows) return {};
  }
  return {};
}

}  // namespace sasrec::serving
