#include "serving/worker.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "base/encoding.hpp"
#include "bus/codec.hpp"
#include "serving/responder.hpp"

namespace sasrec::serving {
namespace {

constexpr std::chrono::milliseconds kPollWait(50);
constexpr std::chrono::milliseconds kCommitWait(2'000);

auto& stage(telemetry::Metrics& metrics, const char* name) {
  return metrics.stage_seconds.Add({{"stage", name}}, telemetry::Metrics::latency_buckets());
}

/// Clocks of different machines may disagree: never less than nothing.
float milliseconds_between(base::Time from, base::Time to) {
  return std::max(0.0F, std::chrono::duration<float, std::milli>(to - from).count());
}

bus::ResultRecord result_for(const bus::RequestRecord& request) {
  return {.id = request.id,
          .user = request.user,
          .status = bus::Status::kDone,
          .created = request.created,
          .deadline = request.deadline,
          .traceparent = request.traceparent};
}

void fail(bus::ResultRecord& result, std::string_view reason) {
  constexpr std::size_t kMaxBytes = 1000;
  result.status = bus::Status::kFailed;
  result.model.clear();
  result.source.clear();
  result.items.clear();
  result.explanation.reset();
  result.error = base::to_printable_utf8(reason.substr(0, kMaxBytes));
}

}  // namespace

Worker::Worker(bus::Bus& bus, const versions::Slot& models, const catalogue::CatalogueCache& catalogue,
               const catalogue::PopularItems& popular, telemetry::Metrics& metrics, Options options)
    : bus_(bus),
      models_(models),
      catalogue_(catalogue),
      popular_(popular),
      metrics_(metrics),
      options_(std::move(options)),
      bus_seconds_(stage(metrics, "bus")),
      queue_seconds_(stage(metrics, "queue")),
      inference_seconds_(stage(metrics, "inference")) {}

void Worker::run(const std::stop_token& stop) {
  const auto subscription = bus_.subscribe(bus::Topic::kRequests, bus::Group::kWorkers);
  bus::Outbox outbox(bus_, options_.outbox);
  Responder responder(models_, catalogue_, popular_);
  const auto acknowledge = [&] {
    for (const auto& position : outbox.take_delivered()) subscription->acknowledge(position);
  };
  std::vector<bus::Record> records;
  while (!stop.stop_requested()) {
    records.clear();
    take(*subscription, records);
    responder.renew();
    const auto taken = options_.clock();
    if (!records.empty()) metrics_.batch_size.Observe(static_cast<double>(records.size()));
    for (const auto& record : records) {
      // The rest of the batch stays unacknowledged, so another worker gets it.
      if (!work(record, taken, responder, outbox, stop)) break;
    }
    outbox.retry_due();
    acknowledge();
  }
  if (!outbox.drain()) {
    spdlog::warn("{} results are not delivered; their requests will be taken up by another worker", outbox.open());
  }
  acknowledge();
  subscription->commit(kCommitWait);
}

void Worker::take(bus::Subscription& subscription, std::vector<bus::Record>& records) const {
  subscription.poll(records, options_.batch, kPollWait);
  if (records.empty() || options_.linger.count() == 0) return;
  const auto end = std::chrono::steady_clock::now() + options_.linger;
  while (records.size() < options_.batch) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    subscription.poll(records, options_.batch - records.size(), left);
  }
}

bool Worker::work(const bus::Record& record, base::Time taken, Responder& responder, bus::Outbox& outbox,
                  const std::stop_token& stop) {
  const auto request = bus::decode_request(record.message);
  if (!request) {
    metrics_.dead_letters.Add({{"topic", std::string(name(bus::Topic::kRequests))}}).Increment();
    return outbox.bury(record, request.error().message, stop).has_value();
  }
  // A result on the bus was made in time, and so it wins over an expiry. What comes too late gets no result: the sweeper
  // expires it, unless an earlier delivery was answered in time.
  const auto leave_to_the_sweeper = [&] {
    metrics_.overdue.Increment();
    outbox.settle(record.position);
    return true;
  };
  if (taken > request->deadline) return leave_to_the_sweeper();
  auto result = answer(*request, taken, responder);
  if (result.finished > request->deadline) return leave_to_the_sweeper();
  auto published = outbox.publish(bus::encode(result), record.position, stop);
  if (!published && published.error().code != base::ErrorCode::kOverloaded) {
    fail(result, "its result could not be published: " + published.error().message);
    published = outbox.publish(bus::encode(result), record.position, stop);
  }
  if (!published && published.error().code != base::ErrorCode::kOverloaded) {
    spdlog::error("the result of request {} can't be published, it will expire: {}", request->id.text(),
                  published.error().message);
    outbox.settle(record.position);
    return true;
  }
  if (published) count(result);
  return published.has_value();
}

bus::ResultRecord Worker::answer(const bus::RequestRecord& request, base::Time taken, Responder& responder) {
  auto result = result_for(request);
  try {
    const auto begin = options_.clock();
    result.timings.database_ms = milliseconds_between(request.created, request.stored);
    result.timings.bus_ms = milliseconds_between(request.stored, taken);
    result.timings.queue_ms = milliseconds_between(taken, begin);
    if (const auto answered = responder.answer(request, result); !answered) fail(result, answered.error().message);
    result.finished = options_.clock();
    result.timings.inference_ms = milliseconds_between(begin, result.finished);
  } catch (const std::exception& error) {
    // Whatever went wrong, the client must get an answer, and the requests behind this one must proceed.
    fail(result, std::string("internal error: ") + error.what());
    result.finished = options_.clock();
  }
  if (result.status == bus::Status::kFailed) {
    spdlog::error("request {} failed, trace {}: {}", result.id.text(),
                  result.traceparent.empty() ? "none" : result.traceparent, result.error);
  }
  spdlog::debug("request {} is {}, trace {}", result.id.text(), to_string(result.status),
                result.traceparent.empty() ? "none" : result.traceparent);
  return result;
}

void Worker::count(const bus::ResultRecord& result) {
  constexpr float kPerSecond = 1000;
  metrics_.results.Add({{"status", std::string(to_string(result.status))}}).Increment();
  bus_seconds_.Observe(result.timings.bus_ms / kPerSecond);
  queue_seconds_.Observe(result.timings.queue_ms / kPerSecond);
  if (result.status != bus::Status::kDone) return;
  inference_seconds_.Observe(result.timings.inference_ms / kPerSecond);
  metrics_.answer_seconds.Observe(milliseconds_between(result.created, result.finished) / kPerSecond);
  metrics_.answers.Add({{"source", result.source}}).Increment();
  metrics_.unknown_items.Increment(static_cast<double>(result.unknown_items));
}

}  // namespace sasrec::serving
