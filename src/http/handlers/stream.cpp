#include <algorithm>
#include <utility>
#include <vector>

#include "base/done.hpp"
#include "bus/records.hpp"
#include "http/event_stream.hpp"
#include "http/handlers/handlers.hpp"
#include "http/query.hpp"
#include "serving/recommendation_store.hpp"

namespace sasrec::http {
namespace {

using bus::ResultRecord;

constexpr std::size_t kMaxMissed = 1'000;
constexpr std::chrono::minutes kMaxAway(5);
// Results are not written in the order of their times.
constexpr std::chrono::seconds kOverlap(2);

/// The results since `at`, which another process sent to its watchers. None if the database can't be read: a stream
/// without them is better than no stream.
Task<std::vector<ResultRecord>> missed_since(Exchange& exchange, serving::RecommendationStore& store, base::Time at) {
  const auto since = std::max(at - kOverlap, base::now() - kMaxAway);
  auto read = [&store, since](base::Done<std::vector<ResultRecord>> done) {
    store.ended_since(since, kMaxMissed, std::move(done));
  };
  auto ended = co_await exchange.ask<std::vector<ResultRecord>>(std::move(read));
  co_return ended ? *std::move(ended) : std::vector<ResultRecord>();
}

/// From where the client goes on. Without an id of ours: from now.
Task<EventStream::Start> find_start(Exchange& exchange, const RecommendationServices& services) {
  const auto& events = services.events;
  const auto id = EventId::parse(exchange.request.last_event_id);
  if (!id) co_return EventStream::Start{.after = events.newest()};
  if (id->instance == events.instance()) {
    co_return EventStream::Start{.after = std::min(id->sequence, events.newest()), .resumed = true};
  }
  // All events of this process, and the results from before it.
  auto missed = co_await missed_since(exchange, services.store, id->at);
  co_return EventStream::Start{.resumed = true, .missed = std::move(missed)};
}

}  // namespace

Task<Response> get_stream(Exchange& exchange, const RecommendationServices& services) {
  QueryReader query(exchange.request.query);
  if (const auto problem = query.problem()) co_return to_response(*problem);
  // By itself: gcc 12 destroys temporaries of an expression twice if there is a co_await in it.
  auto start = co_await find_start(exchange, services);
  Response response{.content_type = "text/event-stream"};
  response.stream =
      std::make_shared<EventStream>(EventStream::Sources{services.events, services.catalogue, exchange.mailbox()},
                                    exchange.limits(), std::move(start));
  co_return response;
}

}  // namespace sasrec::http
