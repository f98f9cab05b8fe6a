#include "stream/kafka/group_subscription.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "stream/kafka/record.hpp"
#include "stream/kafka/settings.hpp"

namespace sasrec::stream {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

// How long a partition that goes to another member waits for the commit of what is done.
constexpr auto kRevokePatience = 2000ms;

std::chrono::milliseconds left_until(SteadyClock::time_point deadline) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()), 0ms);
}

auto all(const rd_kafka_topic_partition_list_t* partitions) {
  return std::span(partitions->elems, static_cast<std::size_t>(partitions->cnt));
}

}  // namespace

KafkaGroupSubscription::KafkaGroupSubscription(const KafkaOptions& options, KafkaCluster& cluster, bus::Topic topic,
                                               bus::Group group)
    : options_(options),
      cluster_(cluster),
      topic_(topic),
      topic_name_(topic_name(options, topic)),
      client_(make_kafka_client(options, KafkaRole::kGroup,
                                [&](rd_kafka_conf_t* conf) {
                                  set_kafka(conf, "group.id", options.prefix + std::string(bus::name(group)));
                                  rd_kafka_conf_set_opaque(conf, this);
                                  rd_kafka_conf_set_error_cb(conf, on_error);
                                  rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
                                })),
      queue_(rd_kafka_queue_get_consumer(client_.get())) {
  rd_kafka_poll_set_consumer(client_.get());
  begin(0ms);
}

KafkaGroupSubscription::~KafkaGroupSubscription() {
  cluster_.lags().at(static_cast<std::size_t>(topic_)) -= told_lag_;
  if (subscribed_) {
    leave();
  }
  queue_.reset();
  // What could be done to leave in order is done: without the flag this would wait for the brokers without end.
  rd_kafka_destroy_flags(client_.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void KafkaGroupSubscription::leave() {
  const auto deadline = SteadyClock::now() + options_.close_patience;
  const KafkaQueue closing(rd_kafka_queue_new(client_.get()));
  const KafkaError refused(rd_kafka_consumer_close_queue(client_.get(), closing.get()));
  while (!refused && rd_kafka_consumer_closed(client_.get()) == 0 && left_until(deadline) > 0ms) {
    const KafkaEvent event(rd_kafka_queue_poll(closing.get(), kafka_timeout(left_until(deadline))));
    if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
      on_rebalance(client_.get(), rd_kafka_event_error(event.get()), rd_kafka_event_topic_partition_list(event.get()),
                   this);
    }
  }
}

// Not before the topics exist, because a consumer that finds none looks again only after a while.
bool KafkaGroupSubscription::begin(std::chrono::milliseconds wait) {
  if (subscribed_ || !cluster_.wait_until_ready(wait)) {
    return subscribed_;
  }
  const KafkaPartitions topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), topic_name_.c_str(), RD_KAFKA_PARTITION_UA);
  subscribed_ = rd_kafka_subscribe(client_.get(), topics.get()) == RD_KAFKA_RESP_ERR_NO_ERROR;
  return subscribed_;
}

void KafkaGroupSubscription::poll(std::vector<bus::Record>& records, std::size_t max_count,
                                  std::chrono::milliseconds wait) {
  const auto deadline = SteadyClock::now() + wait;
  if (!begin(wait)) {
    return;
  }
  measure_lag();
  const auto before = records.size();
  while (true) {
    // Without room this still has to poll, or librdkafka takes the member for stuck; all is paused then.
    const auto end = before + std::min(regulate(), max_count);
    const auto left = left_until(deadline);
    KafkaMessage message(rd_kafka_consumer_poll(client_.get(), kafka_timeout(left)));
    while (message) {
      take(*message, records);
      if (records.size() >= end) {
        return;
      }
      message.reset(rd_kafka_consumer_poll(client_.get(), 0));
    }
    if (records.size() > before || left == 0ms) {
      return;
    }
  }
}

void KafkaGroupSubscription::take(const rd_kafka_message_t& message, std::vector<bus::Record>& records) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    // It goes on by itself; said once, since it may come with every attempt.
    if (std::string problem = rd_kafka_message_errstr(&message); problem != last_problem_) {
      cluster_.notice(fmt::format("reading {}: {}", topic_name_, problem));
      last_problem_ = std::move(problem);
    }
    return;
  }
  const std::lock_guard lock(mutex_);
  const auto found = trackers_.find(message.partition);
  if (found == trackers_.end()) {
    return;  // taken away meanwhile: its new owner reads it
  }
  auto& tracker = found->second;
  switch (tracker.order(message.offset)) {
    case OffsetTracker::Order::kHeld:
      // librdkafka pauses all partitions while the group is rebalanced, and may then give again what poll was just
      // taking. Whoever has the record does the work.
      return;
    case OffsetTracker::Order::kBack:
      // The same after the work was done; or the topic was recreated and counts from 0 again.
      held_ -= tracker.held();
      unstored_.erase(message.partition);
      tracker = OffsetTracker(++assignments_);
      break;
    case OffsetTracker::Order::kNext:
      break;
  }
  tracker.take(message.offset);
  ++held_;
  records.push_back(make_record(message, topic_, tracker.assignment()));
}

/// How far the partitions of this member reach beyond what it has acknowledged.
void KafkaGroupSubscription::measure_lag() {
  constexpr auto kInterval = 1s;
  const auto now = SteadyClock::now();
  if (now < next_lag_) {
    return;
  }
  next_lag_ = now + kInterval;
  std::int64_t lag = 0;
  rd_kafka_topic_partition_list_t* assigned = nullptr;
  if (rd_kafka_assignment(client_.get(), &assigned) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const KafkaPartitions partitions(assigned);
    rd_kafka_position(client_.get(), assigned);
    const std::lock_guard lock(mutex_);
    for (const auto& partition : all(assigned)) {
      std::int64_t low = 0;
      std::int64_t high = 0;
      const bool known = rd_kafka_get_watermark_offsets(client_.get(), topic_name_.c_str(), partition.partition, &low,
                                                        &high) == RD_KAFKA_RESP_ERR_NO_ERROR;
      if (known && partition.offset >= 0) {
        lag += std::max<std::int64_t>(0, high - partition.offset);
      }
    }
    lag += static_cast<std::int64_t>(held_);
  }
  cluster_.lags().at(static_cast<std::size_t>(topic_)) += lag - told_lag_;
  told_lag_ = lag;
}

/// Stores what is acknowledged and pauses or resumes reading. Returns how many records may be taken.
std::size_t KafkaGroupSubscription::regulate() {
  store_acknowledged();
  std::size_t room = 0;
  {
    const std::lock_guard lock(mutex_);
    // Pausing throws away what was read ahead, so it goes on only when there is room for a good deal.
    const auto limit = paused_ ? options_.unacknowledged / 2 + 1 : options_.unacknowledged;
    room = held_ < limit ? options_.unacknowledged - held_ : 0;
    waiting_for_room_ = room == 0;
  }
  if (paused_ != (room == 0)) {
    paused_ = room == 0;
    rd_kafka_topic_partition_list_t* assigned = nullptr;
    if (rd_kafka_assignment(client_.get(), &assigned) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const KafkaPartitions partitions(assigned);
      paused_ ? rd_kafka_pause_partitions(client_.get(), assigned)
              : rd_kafka_resume_partitions(client_.get(), assigned);
    }
  }
  return room;
}

void KafkaGroupSubscription::acknowledge(const bus::Position& position) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = trackers_.find(position.partition);
    if (found == trackers_.end()) {
      return;
    }
    auto& tracker = found->second;
    const auto before = tracker.held();
    if (!tracker.acknowledge(position) || tracker.held() == before) {
      return;
    }
    held_ -= before - tracker.held();
    unstored_[position.partition] = *tracker.committable();
    wake = waiting_for_room_ && held_ <= options_.unacknowledged / 2;
    waiting_for_room_ = waiting_for_room_ && !wake;
  }
  if (wake) {
    rd_kafka_queue_yield(queue_.get());
  }
}

void KafkaGroupSubscription::store_acknowledged() {
  std::map<std::int32_t, std::int64_t> offsets;
  {
    const std::lock_guard lock(mutex_);
    offsets.swap(unstored_);
  }
  if (offsets.empty()) {
    return;
  }
  const KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), topic_name_.c_str(), partition)->offset = offset;
  }
  // Fails for partitions that are being taken away: they are delivered again to their next owner.
  rd_kafka_offsets_store(client_.get(), list.get());
}

void KafkaGroupSubscription::commit(std::chrono::milliseconds wait) {
  if (subscribed_) {
    store_acknowledged();
    commit_now(nullptr, wait);
  }
}

void KafkaGroupSubscription::commit_now(const rd_kafka_topic_partition_list_t* offsets,
                                        std::chrono::milliseconds wait) {
  const KafkaQueue answers(rd_kafka_queue_new(client_.get()));
  if (rd_kafka_commit_queue(client_.get(), offsets, answers.get(), nullptr, nullptr) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const KafkaEvent answer(rd_kafka_queue_poll(answers.get(), kafka_timeout(wait)));
  }
}

void KafkaGroupSubscription::on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t kind,
                                          rd_kafka_topic_partition_list_t* partitions, void* self) {
  auto& subscription = *static_cast<KafkaGroupSubscription*>(self);
  if (kind == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    subscription.assign(partitions);
  } else if (kind == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
    subscription.revoke(partitions);
  } else {
    rd_kafka_assign(client, nullptr);
  }
}

void KafkaGroupSubscription::assign(const rd_kafka_topic_partition_list_t* partitions) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& partition : all(partitions)) {
      trackers_.insert_or_assign(partition.partition, OffsetTracker(++assignments_));
    }
  }
  const KafkaError error(rd_kafka_incremental_assign(client_.get(), partitions));
  if (paused_) {
    const KafkaPartitions added(rd_kafka_topic_partition_list_copy(partitions));
    rd_kafka_pause_partitions(client_.get(), added.get());
  }
}

void KafkaGroupSubscription::revoke(const rd_kafka_topic_partition_list_t* partitions) {
  // What is lost has an owner already, whose commits must not be set back.
  if (rd_kafka_assignment_lost(client_.get()) == 0) {
    if (const auto offsets = acknowledged(partitions); offsets->cnt > 0) {
      commit_now(offsets.get(), kRevokePatience);
    }
  }
  {
    const std::lock_guard lock(mutex_);
    for (const auto& partition : all(partitions)) {
      if (const auto found = trackers_.find(partition.partition); found != trackers_.end()) {
        held_ -= found->second.held();
        trackers_.erase(found);
      }
      unstored_.erase(partition.partition);
    }
  }
  const KafkaError error(rd_kafka_incremental_unassign(client_.get(), partitions));
}

KafkaPartitions KafkaGroupSubscription::acknowledged(const rd_kafka_topic_partition_list_t* partitions) {
  KafkaPartitions offsets(rd_kafka_topic_partition_list_new(partitions->cnt));
  const std::lock_guard lock(mutex_);
  for (const auto& partition : all(partitions)) {
    const auto found = trackers_.find(partition.partition);
    if (found != trackers_.end() && found->second.committable()) {
      rd_kafka_topic_partition_list_add(offsets.get(), topic_name_.c_str(), partition.partition)->offset =
          *found->second.committable();
    }
  }
  return offsets;
}

void KafkaGroupSubscription::on_error(rd_kafka_t*, int, const char*, void* self) {
  static_cast<KafkaGroupSubscription*>(self)->cluster_.suspect();
}

}  // namespace sasrec::stream
