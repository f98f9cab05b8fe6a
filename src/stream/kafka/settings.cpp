#include "stream/kafka/settings.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace sasrec::stream {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;
using Conf = std::unique_ptr<rd_kafka_conf_t, KafkaDestroy<rd_kafka_conf_destroy>>;

// Set by us, and what the promises of the bus rest on; librdkafka's aliases of the same included.
constexpr std::array<std::string_view, 25> kReserved{"acks",
                                                     "allow.auto.create.topics",
                                                     "auto.commit.enable",
                                                     "auto.offset.reset",
                                                     "bootstrap.servers",
                                                     "delivery.timeout.ms",
                                                     "enable.auto.commit",
                                                     "enable.auto.offset.store",
                                                     "enable.idempotence",
                                                     "enable.partition.eof",
                                                     "group.id",
                                                     "group.instance.id",
                                                     "group.protocol",
                                                     "max.poll.interval.ms",
                                                     "message.max.bytes",
                                                     "message.timeout.ms",
                                                     "metadata.broker.list",
                                                     "partition.assignment.strategy",
                                                     "partitioner",
                                                     "queue.buffering.max.kbytes",
                                                     "queue.buffering.max.messages",
                                                     "queued.max.messages.kbytes",
                                                     "request.required.acks",
                                                     "session.timeout.ms",
                                                     "transactional.id"};

bool is_secret(std::string_view name) {
  return name.find("password") != std::string_view::npos || name.find("secret") != std::string_view::npos ||
         name.find("key.pem") != std::string_view::npos || name.find("oauthbearer.config") != std::string_view::npos;
}

// How long a broker holds back an answer without records. A partition that is added to those read, e.g. one taken over,
// waits for that answer first.
constexpr const char* kFetchWait = "100";

std::string number(std::size_t value) {
  return std::to_string(value);
}
std::string number(std::chrono::milliseconds value) {
  return std::to_string(value.count());
}
std::string kilobytes(std::size_t bytes) {
  return std::to_string(std::max<std::size_t>(bytes / 1024, 1));
}

Settings settings_of_all(const KafkaOptions& options) {
  return {
      {"bootstrap.servers", options.brokers},
      {"client.id", "sasrec"},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"message.max.bytes", number(max_message_bytes(options))},
      {"enable.metrics.push", "false"},
      // A producer would by default have a topic created that it only asks about, with the broker's number of
      // partitions, before KafkaCluster creates it with ours.
      {"allow.auto.create.topics", "false"},
      // How soon partitions that are added are found.
      {"topic.metadata.refresh.interval.ms", "10000"},
  };
}

Settings settings_of(const KafkaOptions& options, KafkaRole role) {
  switch (role) {
    case KafkaRole::kCluster:
      break;
    case KafkaRole::kProducer:
      return {
          {"acks", "all"},
          {"enable.idempotence", "true"},
          {"linger.ms", "0"},  // what comes while a request is on its way goes together anyway
          // The Java clients' partitioner: other producers put a user's records into the same partition.
          {"partitioner", "murmur2_random"},
          {"sticky.partitioning.linger.ms", "0"},
          {"message.timeout.ms", number(options.delivery_timeout)},
          {"queue.buffering.max.messages", number(options.queue)},
          {"queue.buffering.max.kbytes", kilobytes(options.queue_bytes)},
      };
    case KafkaRole::kGroup:
      return {
          {"enable.auto.commit", "true"},
          {"enable.auto.offset.store", "false"},
          {"auto.commit.interval.ms", number(options.commit_interval)},
          {"auto.offset.reset", "earliest"},
          // Only partitions that change hands are interrupted when a member comes or goes; with range all are, and
          // everything unacknowledged in the group is delivered twice.
          {"partition.assignment.strategy", "cooperative-sticky"},
          {"session.timeout.ms", number(options.session_timeout)},
          // How soon members hear that one has left.
          {"heartbeat.interval.ms", "300"},
          {"max.poll.interval.ms", number(std::max(options.poll_timeout, options.session_timeout))},
          {"fetch.wait.max.ms", kFetchWait},
          {"fetch.queue.backoff.ms", "10"},
          {"fetch.error.backoff.ms", "100"},
          {"queued.max.messages.kbytes", kilobytes(options.read_ahead_bytes)},
      };
    case KafkaRole::kFanOut:
      return {
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          // Where records were deleted before they were read, what is left follows.
          {"auto.offset.reset", "earliest"},
          {"fetch.wait.max.ms", kFetchWait},
          {"fetch.queue.backoff.ms", "10"},
          {"fetch.error.backoff.ms", "100"},
          {"queued.max.messages.kbytes", kilobytes(options.read_ahead_bytes)},
      };
  }
  return {};
}

void set_operators(rd_kafka_conf_t* conf, const KafkaOptions& options) {
  for (const auto& [name, value] : options.settings) {
    if (std::ranges::find(kReserved, name) != kReserved.end()) {
      throw std::runtime_error("Kafka setting '" + name + "' is set by the service and can't be changed");
    }
    set_kafka(conf, name, value);
  }
}

}  // namespace

void set_kafka(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> reason{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK) {
    throw std::runtime_error("Kafka setting '" + name +
                             "': " + (is_secret(name) ? "the value is not accepted" : reason.data()));
  }
}

KafkaClient make_kafka_client(const KafkaOptions& options, KafkaRole role,
                              const std::function<void(rd_kafka_conf_t*)>& add) {
  Conf conf(rd_kafka_conf_new());
  for (const auto& settings : {settings_of_all(options), settings_of(options, role)}) {
    for (const auto& [name, value] : settings) {
      set_kafka(conf.get(), name, value);
    }
  }
  if (!options.settings.contains("debug")) {
    // KafkaOptions::notice reports what should be known; librdkafka's log repeats itself at every attempt to connect.
    rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  }
  set_operators(conf.get(), options);
  add(conf.get());
  std::array<char, 512> reason{};
  const auto type = role == KafkaRole::kProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  KafkaClient client(rd_kafka_new(type, conf.get(), reason.data(), reason.size()));
  if (!client) {
    throw std::runtime_error(std::string("Kafka: the settings don't go together: ") + reason.data());
  }
  std::ignore = conf.release();  // the client's now
  return client;
}

std::string topic_name(const KafkaOptions& options, bus::Topic topic) {
  return options.prefix + std::string(bus::name(topic));
}

std::size_t max_message_bytes(const KafkaOptions& options) {
  return options.max_value_bytes + (std::size_t{64} << 10);
}

int kafka_timeout(std::chrono::milliseconds wait) {
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(wait.count(), 0, std::numeric_limits<int>::max()));
}

}  // namespace sasrec::stream
