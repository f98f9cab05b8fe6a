#include "stream/in_process_topic.hpp"

#include <algorithm>
#include <cassert>
#include <functional>

namespace sasrec::stream {
namespace {

std::size_t size_of(const bus::Message& message) {
  auto size = message.key.size() + message.value.size();
  for (const auto& header : message.headers) {
    size += header.name.size() + header.value.size();
  }
  return size;
}

}  // namespace

InProcessTopic::InProcessTopic(const Options& options) : options_(options), partitions_(options.partitions) {
  assert(options.partitions > 0 && options.capacity > 0 && options.listener_capacity > 0);
}

InProcessTopic::~InProcessTopic() {
  assert(members_.empty() && listeners_.empty() && "a subscription outlives its bus");
}

base::Result<void> InProcessTopic::append(bus::Message message) {
  const auto size = size_of(message);
  const auto shared = std::make_shared<const bus::Message>(std::move(message));
  const std::lock_guard lock(mutex_);
  if (options_.retention == Retention::kUntilAcknowledged && held_ > 0 &&
      (held_ >= options_.capacity || held_bytes_ + size > options_.capacity_bytes)) {
    return base::fail(base::ErrorCode::kOverloaded, "{} holds {} records ({} bytes) that are not acknowledged yet",
                      bus::name(shared->topic), held_, held_bytes_);
  }
  if (options_.retention == Retention::kLatestPerKey && latest_.size() >= options_.capacity &&
      !latest_.contains(shared->key)) {
    return base::fail(base::ErrorCode::kOverloaded, "{} holds {} keys", bus::name(shared->topic), latest_.size());
  }
  const auto chosen = choose_partition(*shared);
  auto& partition = partitions_[chosen];
  const bus::Position position{.partition = static_cast<std::int32_t>(chosen),
                               .offset = partition.first + static_cast<std::int64_t>(partition.log.size())};
  retain(partition, shared);
  if (options_.retention == Retention::kLatestPerKey) {
    latest_.insert_or_assign(shared->key, Item{shared, position});
  }
  for (auto* listener : listeners_) {
    if (listener->queue.size() == options_.listener_capacity) {
      listener->queue.pop_front();
      ++dropped_;
    }
    listener->queue.push_back({shared, position});
    listener->ready.notify_one();
  }
  if (partition.owner != nullptr) {
    partition.owner->ready.notify_one();
  }
  return {};
}

std::size_t InProcessTopic::choose_partition(const bus::Message& message) {
  // As Kafka's partitioner does: one key stays in one partition, so its records keep their order.
  if (message.key.empty()) {
    return spread_++ % partitions_.size();
  }
  return std::hash<std::string>{}(message.key) % partitions_.size();
}

void InProcessTopic::retain(Partition& partition, const SharedMessage& message) {
  partition.log.push_back(message);
  ++held_;
  held_bytes_ += size_of(*message);
  if (options_.retention == Retention::kLatestPerKey) {
    drop_first(partition);  // latest_ has it
  }
  while (options_.retention == Retention::kNewest && held_ > 1 &&
         (held_ > options_.capacity || held_bytes_ > options_.capacity_bytes)) {
    drop_first(partition);
    ++dropped_;
  }
}

void InProcessTopic::drop_first(Partition& partition) {
  --held_;
  held_bytes_ -= size_of(*partition.log.front());
  partition.log.pop_front();
  ++partition.first;
}

void InProcessTopic::join(Member& member) {
  const std::lock_guard lock(mutex_);
  members_.push_back(&member);
  rebalance();
}

void InProcessTopic::leave(Member& member) {
  const std::lock_guard lock(mutex_);
  std::erase(members_, &member);
  for (const auto index : member.partitions) {
    partitions_[index].owner = nullptr;
  }
  member.partitions.clear();
  rebalance();
}

void InProcessTopic::join(Listener& listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(&listener);
  for (const auto& [key, item] : latest_) {
    listener.queue.push_back(item);
  }
  std::ranges::sort(listener.queue, {}, [](const Item& item) { return item.position.offset; });
}

void InProcessTopic::leave(Listener& listener) {
  const std::lock_guard lock(mutex_);
  std::erase(listeners_, &listener);
}

// Moves as few partitions as an even share allows: what stays where it is need not be delivered again.
void InProcessTopic::rebalance() {
  if (members_.empty()) {
    return;
  }
  const auto share = partitions_.size() / members_.size();
  auto larger = partitions_.size() % members_.size();  // this many members have one more
  auto by_load = members_;
  std::ranges::stable_sort(by_load, std::greater{}, [](const Member* member) { return member->partitions.size(); });
  std::vector<std::size_t> quotas;
  for (auto* member : by_load) {
    const auto quota = share + (larger > 0 ? 1 : 0);
    larger -= larger > 0 ? 1 : 0;
    quotas.push_back(quota);
    while (member->partitions.size() > quota) {
      partitions_[member->partitions.back()].owner = nullptr;
      member->partitions.pop_back();
    }
  }
  std::size_t receiver = 0;
  for (std::size_t index = 0; index < partitions_.size(); ++index) {
    auto& partition = partitions_[index];
    if (partition.owner != nullptr) {
      continue;
    }
    while (by_load[receiver]->partitions.size() == quotas[receiver]) {
      ++receiver;
    }
    partition.owner = by_load[receiver];
    partition.owner->partitions.push_back(index);
    // A new assignment: acknowledgements that the former owner still sends are ignored.
    partition.tracker = OffsetTracker(++assignments_);
    // What the former owner has not acknowledged is delivered again, as Kafka does after a rebalance.
    partition.next = partition.first;
    partition.owner->ready.notify_one();
  }
}

void InProcessTopic::poll(Member& member, std::vector<Item>& items, std::size_t max_count,
                          std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  member.ready.wait_for(lock, wait, [&] { return take(member, items, max_count); });
}

bool InProcessTopic::take(Member& member, std::vector<Item>& items, std::size_t max_count) {
  const auto count = member.partitions.size();
  const auto before = items.size();
  for (std::size_t i = 0; i < count && items.size() - before < max_count; ++i) {
    const auto index = member.partitions[(member.turn + i) % count];
    auto& partition = partitions_[index];
    const auto end = partition.first + static_cast<std::int64_t>(partition.log.size());
    for (; partition.next < end && items.size() - before < max_count; ++partition.next) {
      partition.tracker.take(partition.next);
      items.push_back({partition.log[static_cast<std::size_t>(partition.next - partition.first)],
                       {.partition = static_cast<std::int32_t>(index),
                        .offset = partition.next,
                        .assignment = partition.tracker.assignment()}});
    }
  }
  member.turn = count > 0 ? (member.turn + 1) % count : 0;
  return items.size() > before;
}

void InProcessTopic::poll(Listener& listener, std::vector<Item>& items, std::size_t max_count,
                          std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  listener.ready.wait_for(lock, wait, [&] { return !listener.queue.empty(); });
  for (; max_count > 0 && !listener.queue.empty(); --max_count) {
    items.push_back(std::move(listener.queue.front()));
    listener.queue.pop_front();
  }
}

void InProcessTopic::acknowledge(const bus::Position& position) {
  const std::lock_guard lock(mutex_);
  const auto index = static_cast<std::size_t>(position.partition);
  if (index >= partitions_.size() || !partitions_[index].tracker.acknowledge(position)) {
    return;
  }
  auto& partition = partitions_[index];
  while (partition.first < partition.tracker.committable().value_or(partition.first)) {
    drop_first(partition);
  }
}

bus::Progress InProcessTopic::progress() const {
  const std::lock_guard lock(mutex_);
  bus::Progress progress;
  for (const auto& partition : partitions_) {
    progress.acknowledged.push_back(partition.first);
    progress.ends.push_back(partition.first + static_cast<std::int64_t>(partition.log.size()));
  }
  return progress;
}

std::size_t InProcessTopic::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

std::uint64_t InProcessTopic::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

std::vector<InProcessTopic::Item> InProcessTopic::retained() const {
  const std::lock_guard lock(mutex_);
  std::vector<Item> items;
  for (std::size_t index = 0; index < partitions_.size(); ++index) {
    auto offset = partitions_[index].first;
    for (const auto& message : partitions_[index].log) {
      items.push_back({message, {.partition = static_cast<std::int32_t>(index), .offset = offset++}});
    }
  }
  return items;
}

}  // namespace sasrec::stream
