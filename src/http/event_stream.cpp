#include "http/event_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>
#include <utility>
#include <variant>

#include "base/json_text.hpp"
#include "base/json_writer.hpp"
#include "catalogue/catalogue.hpp"
#include "http/bodies/answer_json.hpp"
#include "http/bodies/training_json.hpp"

namespace sasrec::http {
namespace {

using serving::EventRing;

constexpr std::chrono::milliseconds kPace(10);  // between two writes: what comes meanwhile goes out together
constexpr std::size_t kMaxTogether = 256;
constexpr std::size_t kInstanceDigits = 16;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void append_event(std::string& piece, const EventId& id, std::string_view name, std::string_view data) {
  fmt::format_to(std::back_inserter(piece), "id: {}\nevent: {}\ndata: {}\n\n", id.text(), name, data);
}

std::string result_json(const bus::ResultRecord& result, base::Time received, const catalogue::Catalogue& catalogue) {
  std::string json;
  base::JsonObject object(json);
  object.time("received", received);
  append_recommendation(object.member("result"), result, catalogue);
  object.end();
  return json;
}

/// Appends an event of the ring as a server-sent event.
struct EventWriter {
  std::string& piece;
  const EventId& id;
  const catalogue::Catalogue& catalogue;

  void operator()(const EventRing::Result& result) const {
    append_event(piece, id, "result", result_json(*result, id.at, catalogue));
  }
  void operator()(const EventRing::ServedVersion& served) const {
    std::string json;
    base::JsonObject object(json);
    object.text("version", served.version);
    object.time("at", id.at);
    object.end();
    append_event(piece, id, "model", json);
  }
  void operator()(const retraining::TrainingRun& run) const {
    append_event(piece, id, "training", base::to_json_text(run_json(run)));
  }
};

}  // namespace

std::optional<EventId> EventId::parse(std::string_view text) {
  const auto first = text.find('-');
  const auto second = text.find('-', std::min(text.size(), first) + 1);
  if (first != kInstanceDigits || second == std::string_view::npos) return std::nullopt;
  const auto sequence = parse_number<std::uint64_t>(text.substr(first + 1, second - first - 1));
  const auto micros = parse_number<std::int64_t>(text.substr(second + 1));
  constexpr std::int64_t kNewest = 7'258'118'400'000'000;  // the year 2200
  if (!sequence || !micros || *micros < 0 || *micros >= kNewest) return std::nullopt;
  return EventId{text.substr(0, first), *sequence, base::Time(std::chrono::microseconds(*micros))};
}

std::string EventId::text() const {
  return fmt::format("{}-{}-{}", instance, sequence, at.time_since_epoch().count());
}

/// The waiter that an event wakes; null while none waits. Only the connection's I/O thread touches it.
struct EventStream::Wakeup {
  Waiter* waiting = nullptr;
};

EventStream::EventStream(Sources sources, const Limits& limits, Start start)
    : sources_(std::move(sources)),
      heartbeat_(limits.heartbeat),
      end_(Clock::now() + limits.stream_time),
      start_(std::move(start)),
      sequence_(start_.after),
      wakeup_(std::make_shared<Wakeup>()) {}

EventStream::~EventStream() = default;

Task<bool> EventStream::next(Waiter& waiter, std::string& piece) {
  if (!opened_) {
    opened_ = true;
    open(piece);
    co_return true;
  }
  while (!waiter.hurried() && Clock::now() < sent_ + kPace) co_await waiter.wait(sent_ + kPace);
  const auto beat = std::min(Clock::now() + heartbeat_, end_);
  while (!waiter.hurried() && Clock::now() < end_) {
    collect(piece);
    if (piece.empty() && Clock::now() >= beat) piece = ":\n\n";
    if (!piece.empty()) {
      sent_ = Clock::now();
      co_return true;
    }
    co_await wait_for_event(waiter, beat);
  }
  co_return false;
}

/// What comes before the events: how to go on, and what was missed.
void EventStream::open(std::string& piece) {
  piece = "retry: 1000\n\n";
  const auto catalogue = sources_.catalogue.get();
  const auto& instance = sources_.events.instance();
  const auto now = base::now();
  auto at = now;
  for (const auto& result : start_.missed) {
    // A client that is cut off among these resumes by time, because their sequence belongs to no ring.
    append_event(piece, {std::string(kInstanceDigits, '0'), 0, result.finished}, "result",
                 result_json(result, result.finished, *catalogue));
    at = std::max(at, result.finished);
  }
  start_.missed.clear();
  append_event(piece, {instance, sequence_, at}, "open",
               start_.resumed ? R"({"resumed":true})" : R"({"resumed":false})");
  sent_ = Clock::now();
}

void EventStream::collect(std::string& piece) {
  const auto batch = sources_.events.after(sequence_, kMaxTogether);
  if (batch.events.empty()) return;
  const auto catalogue = sources_.catalogue.get();
  const auto& instance = sources_.events.instance();
  if (batch.skipped > 0) {
    append_event(piece, {instance, sequence_ + batch.skipped, batch.events.front()->at}, "skipped",
                 fmt::format(R"({{"count":{}}})", batch.skipped));
  }
  for (const auto& event : batch.events) {
    const EventId id{instance, event->sequence, event->at};
    std::visit(EventWriter{piece, id, *catalogue}, event->what);
  }
  sequence_ = batch.events.back()->sequence;
}

Task<void> EventStream::wait_for_event(Waiter& waiter, Clock::time_point until) {
  wakeup_->waiting = &waiter;
  const auto ticket = sources_.events.wait(sequence_, [wakeup = wakeup_, mailbox = sources_.mailbox] {
    mailbox->post([wakeup] {
      if (wakeup->waiting != nullptr) wakeup->waiting->wake();
    });
  });
  co_await waiter.wait(until);
  sources_.events.forget(ticket);
  wakeup_->waiting = nullptr;
}

}  // namespace sasrec::http
