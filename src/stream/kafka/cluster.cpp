#include "stream/kafka/cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "stream/kafka/settings.hpp"
#include "stream/kafka/topics.hpp"

namespace sasrec::stream {
namespace {

using bus::Topic;
using namespace std::chrono_literals;

// Both also bound how long the end waits for the thread.
constexpr auto kAnswerPatience = 1000ms;
constexpr auto kCreatePatience = 3000ms;
constexpr auto kPauseWhileDown = 250ms;

}  // namespace

KafkaCluster::KafkaCluster(const KafkaOptions& options)
    : options_(options),
      client_(make_kafka_client(options, KafkaRole::kCluster,
                                [this](rd_kafka_conf_t* conf) {
                                  rd_kafka_conf_set_opaque(conf, this);
                                  rd_kafka_conf_set_error_cb(conf, on_error);
                                })),
      events_(rd_kafka_queue_get_main(client_.get())),
      health_(base::fail(base::ErrorCode::kUnavailable, "Kafka at {} has not answered yet", options.brokers)) {
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    topics_[i].reset(rd_kafka_topic_new(client_.get(), topic_name(options, static_cast<Topic>(i)).c_str(), nullptr));
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

KafkaCluster::~KafkaCluster() = default;

void KafkaCluster::on_error(rd_kafka_t*, int error, const char* reason, void* self) {
  auto& cluster = *static_cast<KafkaCluster*>(self);
  // That all are down says less than why the last one is.
  if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || cluster.last_error_.empty()) {
    cluster.last_error_ = reason;
  }
  cluster.suspected_ = true;
}

void KafkaCluster::suspect() {
  suspected_ = true;
  rd_kafka_queue_yield(events_.get());
}

void KafkaCluster::run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { rd_kafka_queue_yield(events_.get()); });
  while (!stop.stop_requested()) {
    suspected_ = false;
    const auto answer = probe();
    report(answer);
    const auto next = std::chrono::steady_clock::now() + (answer ? options_.probe_interval : kPauseWhileDown);
    while (!stop.stop_requested() && !(answer && suspected_)) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
      if (left <= 0ms) {
        break;
      }
      rd_kafka_poll(client_.get(), kafka_timeout(left));
    }
  }
}

base::Result<void> KafkaCluster::probe() {
  auto missing = find_missing();
  if (missing && !missing->empty()) {
    // Another process may create them at the same moment; create_topics() takes that for success.
    if (auto created = create_topics(client_.get(), options_, *missing, kCreatePatience); !created) {
      return base::fail_within(fmt::format("Kafka at {}", options_.brokers), created.error());
    }
    notice(fmt::format("Kafka at {}: created {}", options_.brokers, fmt::join(names(*missing), ", ")));
    missing = find_missing();
  }
  if (!missing) {
    return base::fail_within(fmt::format("Kafka at {}", options_.brokers), missing.error());
  }
  if (!missing->empty()) {
    return base::fail(base::ErrorCode::kUnavailable, "Kafka at {}: {} can't be seen yet", options_.brokers,
                      fmt::join(names(*missing), ", "));
  }
  return {};
}

base::Result<std::vector<Topic>> KafkaCluster::find_missing() {
  std::vector<Topic> missing;
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    const auto count = count_partitions(client_.get(), topics_[i].get(), kAnswerPatience);
    rd_kafka_poll(client_.get(), 0);  // the reason, if there was an error
    if (!count) {
      return base::fail(count.error().code, "{}", last_error_.empty() ? count.error().message : last_error_);
    }
    if (*count == 0) {
      missing.push_back(static_cast<Topic>(i));
    } else {
      partitions_[i] = *count;
    }
  }
  last_error_.clear();
  return missing;
}

std::vector<std::string> KafkaCluster::names(const std::vector<Topic>& topics) const {
  std::vector<std::string> names;
  names.reserve(topics.size());
  for (const auto topic : topics) {
    names.push_back(topic_name(options_, topic));
  }
  return names;
}

void KafkaCluster::report(const base::Result<void>& answer) {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    const auto reason = answer ? std::string() : answer.error().message;
    if (answer && (!health_ || !ready_)) {
      text = fmt::format("Kafka at {} is there", options_.brokers);
    } else if (!answer && told_.empty()) {
      text = fmt::format("waiting for {}", reason);
    }
    told_ = reason;
    health_ = answer;
    ready_ = ready_ || answer.has_value();
  }
  changed_.notify_all();
  if (!text.empty()) {
    notice(text);
  }
}

bool KafkaCluster::wait_until_ready(std::chrono::milliseconds wait) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, wait, [this] { return ready_.load(); });
}

bool KafkaCluster::wait_until_ready(const std::stop_token& stop) const {
  std::unique_lock lock(mutex_);
  return changed_.wait(lock, stop, [this] { return ready_.load(); });
}

base::Result<void> KafkaCluster::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

void KafkaCluster::notice(std::string_view text) const {
  if (options_.notice) {
    options_.notice(text);
  }
}

}  // namespace sasrec::stream
