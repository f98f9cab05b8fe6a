#include "serving/event_ring.hpp"

#include <algorithm>
#include <utility>

#include "base/json_text.hpp"
#include "base/uuid.hpp"

namespace sasrec::serving {
namespace {

/// The random half of an id.
std::string random_digits() {
  auto text = base::Uuid::make().text().substr(19);
  std::erase(text, '-');
  return text;
}

}  // namespace

EventRing::EventRing(Options options) : options_(std::move(options)), instance_(random_digits()) {}

void EventRing::publish(std::shared_ptr<const bus::ResultRecord> result) {
  const auto bytes = bus::bytes_of(*result);
  add({.kind = Kind::kResult, .result = std::move(result)}, bytes);
}

void EventRing::publish_model(std::string_view version) {
  std::string json = "{\"version\":";
  base::append_json_string(json, version);
  json += ",\"at\":";
  base::append_json_string(json, base::format_time(options_.clock()));
  json += '}';
  const auto bytes = json.size();
  add({.kind = Kind::kModel, .json = std::move(json)}, bytes);
}

void EventRing::publish_training(std::string run) {
  const auto bytes = run.size();
  add({.kind = Kind::kTraining, .json = std::move(run)}, bytes);
}

void EventRing::add(Event event, std::size_t bytes) {
  bytes += sizeof(Event);
  event.at = options_.clock();
  const std::scoped_lock lock(mutex_);
  event.sequence = ++newest_;
  entries_.push_back({std::make_shared<const Event>(std::move(event)), bytes});
  bytes_ += bytes;
  while (entries_.size() > options_.events || bytes_ > options_.bytes) {
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
  }
  for (const auto& [ticket, wake] : std::exchange(waiting_, {})) wake();
}

std::uint64_t EventRing::newest() const {
  const std::scoped_lock lock(mutex_);
  return newest_;
}

EventRing::Batch EventRing::after(std::uint64_t sequence, std::size_t most) const {
  const std::scoped_lock lock(mutex_);
  Batch batch;
  if (sequence >= newest_) return batch;
  const auto forgotten = newest_ - entries_.size();  // up to this sequence
  batch.skipped = forgotten > sequence ? forgotten - sequence : 0;
  const auto first = static_cast<std::size_t>(std::max(sequence, forgotten) - forgotten);
  const auto count = std::min(most, entries_.size() - first);
  batch.events.reserve(count);
  for (std::size_t n = 0; n < count; ++n) batch.events.push_back(entries_[first + n].event);
  return batch;
}

std::uint64_t EventRing::wait(std::uint64_t sequence, std::function<void()> wake) const {
  const std::scoped_lock lock(mutex_);
  const auto ticket = next_ticket_++;
  if (newest_ > sequence) {
    wake();
  } else {
    waiting_.emplace(ticket, std::move(wake));
  }
  return ticket;
}

void EventRing::forget(std::uint64_t ticket) const {
  const std::scoped_lock lock(mutex_);
  waiting_.erase(ticket);
}

}  // namespace sasrec::serving
