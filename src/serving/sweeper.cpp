#include "serving/sweeper.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "bus/codec.hpp"

namespace sasrec::serving {
namespace {

using News = base::SaidOnce::News;

/// What becomes of a message is seen in the database, not here.
void ignore(const base::Result<void>& /*delivered*/) {}

}  // namespace

Sweeper::Sweeper(RecommendationStore& store, bus::Bus& bus, telemetry::Metrics& metrics, Options options)
    : store_(store),
      bus_(bus),
      metrics_(metrics),
      options_(std::move(options)),
      answered_(bus, bus::Topic::kRequests, bus::Group::kWorkers),
      written_(bus, bus::Topic::kResults, bus::Group::kWriters) {}

void Sweeper::run(const std::stop_token& stop) {
  base::Backoff backoff(options_.backoff);
  auto& retries = metrics_.store_retries.Add({{"operation", "sweep"}});
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
  const auto marked = read_marks(now);
  const auto news = said_.hear(marked);
  if (news == News::kTrouble) {
    spdlog::warn("requests past their deadline wait, because the bus doesn't say how far results are read: {}",
                 marked.error().message);
  }
  if (news == News::kOver) spdlog::info("the bus says again how far results are read");
  if (!marked) {
    settled_ = now + options_.settle;
    return {};
  }
  if (now < settled_) return {};
  // First what is over: it would be in the way of what is not.
  auto done = expire(now);
  if (done) done = republish(now);
  return done;
}

/// The workers first: by the time they have acknowledged a request, its result is published, and so it is among those
/// that the writers are asked about next.
base::Result<void> Sweeper::read_marks(base::Time now) {
  const auto answered = answered_.advance(now);
  if (!answered) return base::Failure(answered.error());
  const auto written = written_.advance(now);
  if (!written) return base::Failure(written.error());
  results_read_ = *written;
  if (!awaited_) awaited_ = {.mark = *answered, .seen = now};
  if (results_read_ >= awaited_->seen) {
    requests_gone_ = awaited_->mark;
    awaited_.reset();
  }
  return {};
}

base::Result<void> Sweeper::expire(base::Time now) {
  const auto before = std::min(now, results_read_) - options_.grace;
  while (true) {
    const auto expired = store_.expire(before, now, options_.max_rows);
    if (!expired) return base::Failure(expired.error());
    metrics_.expired.Increment(static_cast<double>(expired->size()));
    for (const auto& result : *expired) {
      if (const auto published = bus_.publish(bus::encode(result), ignore); !published) {
        spdlog::debug("no api hears that request {} has expired: {}", result.id.text(), published.error().message);
      }
    }
    if (expired->size() < options_.max_rows) return {};
  }
}

base::Result<void> Sweeper::republish(base::Time now) {
  // Attempts on a bus that is down would only put the next one off.
  while (bus_.health()) {
    const auto due = store_.take_due(std::min(now, requests_gone_), now, options_.again_after, options_.max_rows);
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
