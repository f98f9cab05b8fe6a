#include "serving/event_ring.hpp"

#include <algorithm>
#include <utility>

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

void EventRing::publish(Result result) {
  const auto bytes = bus::bytes_of(*result);
  add({.what = std::move(result)}, bytes);
}

void EventRing::publish(ServedVersion served) {
  const auto bytes = served.version.size();
  add({.what = std::move(served)}, bytes);
}

void EventRing::publish(retraining::TrainingRun run) {
  const auto bytes = run.cause.size() + run.version.size() + run.reason.size();
  add({.what = std::move(run)}, bytes);
}

void EventRing::add(Event event, std::size_t bytes) {
  // The same unit as the limit, so that many small events are bounded too.
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
  // Each waiter is woken once and asks again: a slow one costs nothing until then.
  for (const auto& [ticket, wake] : std::exchange(waiting_, {})) wake();
}

std::uint64_t EventRing::newest() const {
  const std::scoped_lock lock(mutex_);
  return newest_;
}

EventRing::Batch EventRing::after(std::uint64_t sequence, std::size_t max_count) const {
  const std::scoped_lock lock(mutex_);
  Batch batch;
  if (sequence >= newest_) return batch;
  const auto forgotten = newest_ - entries_.size();  // up to this sequence
  batch.skipped = forgotten > sequence ? forgotten - sequence : 0;
  const auto first = static_cast<std::size_t>(std::max(sequence, forgotten) - forgotten);
  const auto count = std::min(max_count, entries_.size() - first);
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
