#include "bus/outbox.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "bus/codec.hpp"

namespace sasrec::bus {
namespace {

// How long to wait for a delivery before the bus is asked again: others' deliveries make room too.
constexpr std::chrono::milliseconds kAskAgain(20);

}  // namespace

/// What the bus has said, on its threads.
struct Outbox::Ends {
  struct End {
    std::uint64_t id = 0;
    base::Result<void> delivered;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<End> ends;
};

Outbox::Outbox(Bus& bus, Options options) : bus_(bus), options_(options), ends_(std::make_shared<Ends>()) {}

Outbox::~Outbox() = default;

base::Result<void> Outbox::send(std::uint64_t id, const Open& open) {
  return bus_.publish(open.message, [ends = ends_, id](const base::Result<void>& delivered) {
    const std::scoped_lock lock(ends->mutex);
    ends->ends.push_back({id, delivered});
    ends->changed.notify_all();
  });
}

base::Result<void> Outbox::publish(Message message, Position position, const std::stop_token& stop) {
  // By a number of its own and not by position: one record may have a result and a dead letter under way.
  const auto id = next_id_++;
  Open open{std::move(message), position, base::Backoff(options_.backoff)};
  while (true) {
    retry_due();
    if (open_.size() < options_.max_open) {
      auto sent = send(id, open);
      if (sent) {
        open_.emplace(id, std::move(open));
        return {};
      }
      if (sent.error().code != base::ErrorCode::kOverloaded) return sent;
    }
    // Without a stop it waits without end: a message that was computed is never dropped because the bus is full.
    if (stop.stop_requested()) begin_patience();
    if (past_patience()) {
      return base::fail(base::ErrorCode::kOverloaded, "the bus takes no more messages");
    }
    await_end();
  }
}

base::Result<void> Outbox::bury(const Record& record, std::string_view reason, const std::stop_token& stop) {
  const auto& [message, position] = record;
  spdlog::warn("record {} of partition {} of {} goes to {}: {}", position.offset, position.partition,
               name(message.topic), name(Topic::kDead), reason);
  auto buried = publish(dead_letter(record, reason), position, stop);
  // A value that is too large for the dead letter topic too: its reason and place are kept without it.
  if (!buried && buried.error().code != base::ErrorCode::kOverloaded) {
    auto letter = dead_letter(record, reason);
    letter.headers.push_back({"bytes", fmt::format("{}", letter.value.size())});
    letter.value.clear();
    buried = publish(std::move(letter), position, stop);
  }
  if (!buried && buried.error().code != base::ErrorCode::kOverloaded) {
    spdlog::error("record {} of partition {} of {} is given up: {}", position.offset, position.partition,
                  name(message.topic), buried.error().message);
    settle(position);
    return {};
  }
  return buried;
}

/// A broker that refuses a message, for its size, refuses it every time. Trying on would stop its record's partition for
/// good.
void Outbox::give_up(std::uint64_t id, const base::Error& error) {
  const auto found = open_.find(id);
  const auto& [message, position, backoff] = found->second;
  spdlog::error("a message of {} bytes for {} is given up, with record {} of partition {}: {}", message.value.size(),
                name(message.topic), position.offset, position.partition, error.message);
  delivered_.push_back(position);
  open_.erase(found);
}

void Outbox::collect() {
  std::vector<Ends::End> ends;
  {
    const std::scoped_lock lock(ends_->mutex);
    ends.swap(ends_->ends);
  }
  for (const auto& [id, delivered] : ends) {
    const auto found = open_.find(id);
    if (delivered) {
      delivered_.push_back(found->second.position);
      open_.erase(found);
    } else if (delivered.error().code == base::ErrorCode::kInvalidInput) {
      give_up(id, delivered.error());
    } else {
      due_.emplace(Clock::now() + found->second.backoff.next(), id);
    }
  }
}

void Outbox::retry_due() {
  collect();
  const auto now = Clock::now();
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto id = due_.begin()->second;
    due_.erase(due_.begin());
    auto& open = open_.at(id);
    const auto sent = send(id, open);
    if (sent) continue;
    if (sent.error().code == base::ErrorCode::kInvalidInput) {
      give_up(id, sent.error());
    } else {
      due_.emplace(Clock::now() + open.backoff.next(), id);
    }
  }
}

std::vector<Position> Outbox::take_delivered() {
  collect();
  return std::exchange(delivered_, {});
}

void Outbox::begin_patience() {
  if (!give_up_) give_up_ = Clock::now() + options_.patience;
}

bool Outbox::past_patience() const {
  return give_up_ && Clock::now() >= *give_up_;
}

void Outbox::await_end() {
  auto until = Clock::now() + kAskAgain;
  if (!due_.empty()) until = std::min(until, due_.begin()->first);
  std::unique_lock lock(ends_->mutex);
  ends_->changed.wait_until(lock, until, [&] { return !ends_->ends.empty(); });
}

bool Outbox::drain() {
  begin_patience();
  for (retry_due(); !open_.empty(); retry_due()) {
    if (past_patience()) return false;
    await_end();
  }
  return true;
}

}  // namespace sasrec::bus
