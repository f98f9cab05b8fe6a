#include "stream/in_process_bus.hpp"

#include <cassert>
#include <utility>

#include "stream/in_process_topic.hpp"

namespace sasrec::stream {
namespace {

using bus::Group;
using bus::Topic;
using Retention = InProcessTopic::Retention;

// kEverybody where no group reads the topic.
Group group_of(Topic topic) {
  switch (topic) {
    case Topic::kRequests:
      return Group::kWorkers;
    case Topic::kResults:
    case Topic::kInteractions:
    case Topic::kItems:
      return Group::kWriters;
    case Topic::kModels:
    case Topic::kDead:
      break;
  }
  return Group::kEverybody;
}

// Reader is a Member or a Listener of the topic.
template <class Reader>
class InProcessSubscription final : public bus::Subscription {
 public:
  explicit InProcessSubscription(InProcessTopic& topic) : topic_(topic) { topic_.join(reader_); }
  ~InProcessSubscription() override { topic_.leave(reader_); }

  void poll(std::vector<bus::Record>& records, std::size_t max_count, std::chrono::milliseconds wait) override {
    topic_.poll(reader_, items_, max_count, wait);
    for (const auto& item : items_) {
      records.push_back({*item.message, item.position});
    }
    items_.clear();
  }

  void acknowledge(const bus::Position& position) override {
    if constexpr (std::is_same_v<Reader, InProcessTopic::Member>) {
      topic_.acknowledge(position);
    }
  }

  void commit(std::chrono::milliseconds) override {}  // acknowledged is as safe as it gets

 private:
  InProcessTopic& topic_;
  Reader reader_;
  std::vector<InProcessTopic::Item> items_;  // scratch of poll
};

std::unique_ptr<InProcessTopic> make_topic(Topic topic, const InProcessBus::Options& options) {
  InProcessTopic::Options made{.capacity = options.capacity,
                               .capacity_bytes = options.capacity_bytes,
                               .listener_capacity = options.subscription_capacity};
  if (group_of(topic) != Group::kEverybody) {
    made.partitions = options.partitions;
  } else if (topic == Topic::kModels) {
    made.retention = Retention::kLatestPerKey;
  } else {
    made.retention = Retention::kNewest;
    made.capacity = options.dead;
  }
  return std::make_unique<InProcessTopic>(made);
}

}  // namespace

InProcessBus::InProcessBus(const Options& options) : options_(options) {
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    topics_[i] = make_topic(static_cast<Topic>(i), options);
  }
}

InProcessBus::~InProcessBus() = default;

InProcessTopic& InProcessBus::topic(Topic topic) const {
  return *topics_[static_cast<std::size_t>(topic)];
}

base::Result<void> InProcessBus::publish(bus::Message message, Delivered delivered) {
  if (message.value.size() > options_.max_value_bytes) {
    return base::fail(base::ErrorCode::kInvalidInput, "a value of {} bytes is too large for {}, which takes {}",
                      message.value.size(), bus::name(message.topic), options_.max_value_bytes);
  }
  auto& target = topic(message.topic);
  if (auto appended = target.append(std::move(message)); !appended) {
    return appended;
  }
  if (delivered) {
    delivered({});
  }
  return {};
}

std::unique_ptr<bus::Subscription> InProcessBus::subscribe(Topic wanted, Group group) {
  if (group == Group::kEverybody) {
    return std::make_unique<InProcessSubscription<InProcessTopic::Listener>>(topic(wanted));
  }
  assert(group == group_of(wanted) && "another group than the topic's would never get its records freed");
  return std::make_unique<InProcessSubscription<InProcessTopic::Member>>(topic(wanted));
}

bool InProcessBus::flush(std::chrono::milliseconds) {
  return true;
}

base::Result<void> InProcessBus::health() const {
  return {};
}

std::size_t InProcessBus::queued() const {
  return 0;
}

base::Result<bus::Progress> InProcessBus::progress(Topic wanted, Group group) const {
  assert(group == group_of(wanted) && "only the topic's own group reads it");
  static_cast<void>(group);
  return topic(wanted).progress();
}

std::size_t InProcessBus::held(Topic wanted) const {
  return topic(wanted).held();
}

std::uint64_t InProcessBus::dropped(Topic wanted) const {
  return topic(wanted).dropped();
}

std::vector<bus::Record> InProcessBus::copy_dead() const {
  std::vector<bus::Record> records;
  for (const auto& item : topic(Topic::kDead).retained()) {
    records.push_back({*item.message, item.position});
  }
  return records;
}

}  // namespace sasrec::stream
