#include "stream/kafka/bus.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "stream/kafka/cluster.hpp"
#include "stream/kafka/fan_out_subscription.hpp"
#include "stream/kafka/group_subscription.hpp"
#include "stream/kafka/producer.hpp"
#include "stream/kafka/progress.hpp"

namespace sasrec::stream {

struct KafkaBus::State {
  explicit State(KafkaOptions given) : options(std::move(given)), cluster(options), producer(options, cluster) {}

  const KafkaOptions options;
  KafkaCluster cluster;
  KafkaProducer producer;
  std::mutex mutex;                                              // guards readers
  std::map<bus::Group, std::unique_ptr<KafkaProgress>> readers;  // made when they are first asked

  const KafkaProgress& reader(bus::Group group) {
    const std::scoped_lock lock(mutex);
    auto& reader = readers[group];
    if (!reader) reader = std::make_unique<KafkaProgress>(options, group);
    return *reader;
  }
};

KafkaBus::KafkaBus(KafkaOptions options) : state_(std::make_unique<State>(std::move(options))) {}

KafkaBus::~KafkaBus() = default;

bool KafkaBus::wait_until_ready(const std::stop_token& stop) const {
  return state_->cluster.wait_until_ready(stop);
}

base::Result<void> KafkaBus::publish(bus::Message message, Delivered delivered) {
  return state_->producer.publish(message, std::move(delivered));
}

std::unique_ptr<bus::Subscription> KafkaBus::subscribe(bus::Topic topic, bus::Group group) {
  if (group == bus::Group::kEverybody) {
    return std::make_unique<KafkaFanOutSubscription>(state_->options, state_->cluster, topic);
  }
  return std::make_unique<KafkaGroupSubscription>(state_->options, state_->cluster, topic, group);
}

bool KafkaBus::flush(std::chrono::milliseconds wait) {
  return state_->producer.flush(wait);
}

base::Result<void> KafkaBus::health() const {
  return state_->cluster.health();
}

std::size_t KafkaBus::queued() const {
  return state_->producer.queued();
}

base::Result<bus::Progress> KafkaBus::progress(bus::Topic topic, bus::Group group) const {
  constexpr std::chrono::milliseconds kPatience{2'000};
  // Without this each question would wait for its time-out during an outage, and the sweeper with it.
  if (const auto health = state_->cluster.health(); !health) return base::Failure(health.error());
  return state_->reader(group).read(topic, state_->cluster.partitions(topic), kPatience);
}

std::size_t KafkaBus::lag(bus::Topic topic) const {
  return static_cast<std::size_t>(
      std::max<std::int64_t>(0, state_->cluster.lags().at(static_cast<std::size_t>(topic)).load()));
}

}  // namespace sasrec::stream
