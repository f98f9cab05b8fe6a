#include "support/kafka_broker.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <utility>

#include "support/eventually.hpp"

namespace sasrec::test {
namespace {

constexpr std::chrono::seconds kPatience(60);
constexpr int kPatienceMs = 60'000;
const std::filesystem::path kPrepared = SASREC_KAFKA "/prepared-1";

template <auto kDestroy>
struct Destroy {
  template <class T>
  void operator()(T* object) const {
    kDestroy(object);
  }
};
using Client = std::unique_ptr<rd_kafka_t, Destroy<rd_kafka_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using DeleteTopic = std::unique_ptr<rd_kafka_DeleteTopic_t, Destroy<rd_kafka_DeleteTopic_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroy<rd_kafka_metadata_destroy>>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy<rd_kafka_topic_partition_list_destroy>>;

Client make_client(rd_kafka_type_t type, std::map<std::string, std::string> settings) {
  // While the broker starts it is asked again and again.
  settings.insert({{"reconnect.backoff.ms", "10"}, {"reconnect.backoff.max.ms", "50"}});
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  std::array<char, 512> message{};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), message.data(), message.size()) !=
        RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(configuration);
      throw std::runtime_error(std::string("librdkafka: ") + message.data());
    }
  }
  // That nobody answers yet is no news.
  rd_kafka_conf_set_log_cb(configuration, [](const rd_kafka_t*, int, const char*, const char*) {});
  Client client(rd_kafka_new(type, configuration, message.data(), message.size()));
  if (!client) {
    rd_kafka_conf_destroy(configuration);
    throw std::runtime_error(std::string("librdkafka: ") + message.data());
  }
  return client;
}

/// What the cluster says of itself and of one topic, if one is given. Null if it does not answer within `limit`.
Metadata metadata(const Client& client, const Topic& topic, std::chrono::milliseconds limit) {
  const rd_kafka_metadata_t* answer = nullptr;
  if (rd_kafka_metadata(client.get(), 0, topic.get(), &answer, static_cast<int>(limit.count())) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return nullptr;
  }
  return Metadata(answer);
}

bool has_leaders(const rd_kafka_metadata_t* answer, int partitions) {
  if (answer == nullptr || answer->topic_cnt != 1 || answer->topics[0].partition_cnt != partitions) return false;
  for (int partition = 0; partition < partitions; ++partition) {
    if (answer->topics[0].partitions[partition].leader < 0) return false;
  }
  return true;
}

void throw_unless_done(const std::string& what, const Event& event, const rd_kafka_topic_result_t** results) {
  std::string message;
  if (!event) {
    message = "no answer";
  } else if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    message = rd_kafka_event_error_string(event.get());
  } else if (rd_kafka_topic_result_error(results[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    message = rd_kafka_topic_result_error_string(results[0]);
  }
  if (!message.empty()) throw std::runtime_error(what + ": " + message);
}

void delete_topic(const Client& client, const std::string& name) {
  const Queue queue(rd_kafka_queue_new(client.get()));
  const DeleteTopic topic(rd_kafka_DeleteTopic_new(name.c_str()));
  auto* raw = topic.get();
  rd_kafka_DeleteTopics(client.get(), &raw, 1, nullptr, queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), kPatienceMs));
  std::size_t count = 0;
  throw_unless_done("deleting topic " + name, event,
                    rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count));
}

}  // namespace

KafkaBroker::KafkaBroker() : KafkaBroker(Options{}) {}

KafkaBroker::KafkaBroker(const Options& options) : options_(options) {
  prepare();
  start();
}

void KafkaBroker::create_topic(const std::string& name, int partitions,
                               const std::map<std::string, std::string>& config) const {
  const Client client = make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap_}});
  const Queue queue(rd_kafka_queue_new(client.get()));
  std::array<char, 512> message{};
  const NewTopic topic(rd_kafka_NewTopic_new(name.c_str(), partitions, 1, message.data(), message.size()));
  if (!topic) throw std::runtime_error("topic " + name + ": " + message.data());
  for (const auto& [key, value] : config) rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str());
  auto* raw = topic.get();
  rd_kafka_CreateTopics(client.get(), &raw, 1, nullptr, queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), kPatienceMs));
  std::size_t count = 0;
  throw_unless_done("making topic " + name, event,
                    rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count));

  const Topic made(rd_kafka_topic_new(client.get(), name.c_str(), nullptr));
  const std::chrono::seconds at_once(1);
  if (!eventually(kPatience, [&] { return has_leaders(metadata(client, made, at_once).get(), partitions); })) {
    throw std::runtime_error("topic " + name + " gets no leaders");
  }
}

void KafkaBroker::warm_up_groups() const {
  const auto name = "warm-up-" + std::to_string(std::random_device()());
  create_topic(name, 1);
  const Client consumer = make_client(
      RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap_}, {"group.id", name}, {"enable.auto.commit", "false"}});
  const Partitions topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), name.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(consumer.get(), topics.get());
  const bool joined = eventually(kPatience, [&] {
    const Message message(rd_kafka_consumer_poll(consumer.get(), 10));
    rd_kafka_topic_partition_list_t* assigned = nullptr;
    if (rd_kafka_assignment(consumer.get(), &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
    return Partitions(assigned)->cnt > 0;
  });
  rd_kafka_consumer_close(consumer.get());
  if (!joined) throw std::runtime_error("the first consumer group gets no partition:\n" + log());
  delete_topic(consumer, name);
}

void KafkaBroker::stop() {
  if (!running()) throw std::logic_error("the broker does not run");
  broker_->signal(SIGTERM);
  if (!broker_->wait(kPatience)) throw std::runtime_error("the Kafka broker does not stop:\n" + log());
}

void KafkaBroker::kill() {
  if (!running()) throw std::logic_error("the broker does not run");
  broker_->signal(SIGKILL);
  broker_->wait();
}

void KafkaBroker::start() {
  if (running()) throw std::logic_error("the broker runs already");
  std::vector<std::string> arguments{"@" + (kPrepared / "java.args").string()};
  arguments.insert(arguments.end(), options_.java.begin(), options_.java.end());
  arguments.insert(arguments.end(),
                   {"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
                    "kafka.Kafka", folder_.path() / "server.properties"});
  broker_ = std::make_unique<Process>("java", arguments, ProcessOptions{.folder = folder_.path()});
  const Client client = make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap_}});
  const std::chrono::milliseconds moment(200);
  const bool answered = eventually(kPatience, [&] {
    const auto answer = metadata(client, nullptr, moment);
    return !running() || (answer && answer->broker_cnt > 0);
  });
  if (!answered || !running()) throw std::runtime_error("the Kafka broker does not start:\n" + log());
}

bool KafkaBroker::running() {
  return broker_ && !broker_->exit_code();
}

std::string KafkaBroker::log() const {
  return broker_ ? broker_->out() + broker_->err() : "";
}

void KafkaBroker::prepare() const {
  if (!std::filesystem::exists(kPrepared / "java.args")) {
    throw std::runtime_error("there is no Kafka broker in " SASREC_KAFKA "; tools/setup.sh check brings it");
  }
  const auto storage = folder_.path() / "storage";
  std::filesystem::copy(kPrepared / "storage", storage, std::filesystem::copy_options::recursive);
  const auto controller = "127.0.0.1:" + std::to_string(controller_port_.number());
  std::map<std::string, std::string> properties{
      {"listeners", "PLAINTEXT://" + bootstrap_ + ",CONTROLLER://" + controller},
      {"controller.quorum.voters", "1@" + controller},
      {"log.dirs", storage},
  };
  if (options_.secure_port != 0) {
    const auto secure = ",SECURE://127.0.0.1:" + std::to_string(options_.secure_port);
    properties["listeners"] += secure;
    properties["advertised.listeners"] = "PLAINTEXT://" + bootstrap_ + secure;
    properties["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL";
  }
  for (const auto& [name, value] : options_.properties) properties[name] = value;
  // A key that comes again later is the one that counts.
  std::ifstream usual(SASREC_KAFKA_PROPERTIES);
  std::ofstream file(folder_.path() / "server.properties");
  file << usual.rdbuf();
  for (const auto& [name, value] : properties) file << name << '=' << value << '\n';
  if (!usual || !file.flush()) throw std::runtime_error("cannot write server.properties");
}

}  // namespace sasrec::test
