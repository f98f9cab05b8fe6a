#include "unit/stream/mock_kafka.hpp"

#include <array>
#include <stdexcept>

namespace sasrec::test {
namespace {

constexpr int kBroker = 1;

stream::KafkaClient make_producer(const std::string& brokers) {
  std::array<char, 512> reason{};
  auto* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "0", reason.data(), reason.size());
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), reason.data(), reason.size());
  stream::KafkaClient producer(rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason.data(), reason.size()));
  if (!producer) {
    throw std::runtime_error(reason.data());
  }
  return producer;
}

}  // namespace

MockKafka::MockKafka() : host_(make_producer("")), cluster_(rd_kafka_mock_cluster_new(host_.get(), 1)) {
  rd_kafka_mock_group_initial_rebalance_delay_ms(cluster_, 0);
}

MockKafka::~MockKafka() {
  rd_kafka_mock_cluster_destroy(cluster_);
}

stream::KafkaOptions MockKafka::options() const {
  using namespace std::chrono_literals;
  return {.brokers = rd_kafka_mock_cluster_bootstraps(cluster_),
          .partitions = 4,
          // The mock's rebalancing waits for so long.
          .session_timeout = 1000ms,
          .commit_interval = 100ms,
          .probe_interval = 200ms};
}

void MockKafka::fail_requests(int api_key, const std::vector<rd_kafka_resp_err_t>& errors) {
  rd_kafka_mock_push_request_errors_array(cluster_, static_cast<int16_t>(api_key), errors.size(), errors.data());
}

void MockKafka::go_down() {
  rd_kafka_mock_broker_set_down(cluster_, kBroker);
}

void MockKafka::come_back() {
  rd_kafka_mock_broker_set_up(cluster_, kBroker);
}

// By asking for them as a producer: the mock's own call takes up to a second for each.
void MockKafka::create_topics(const std::string& prefix) const {
  const auto producer = make_producer(rd_kafka_mock_cluster_bootstraps(cluster_));
  for (std::size_t i = 0; i < bus::kTopics; ++i) {
    const auto name = prefix + std::string(bus::name(static_cast<bus::Topic>(i)));
    const stream::KafkaTopic topic(rd_kafka_topic_new(producer.get(), name.c_str(), nullptr));
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(producer.get(), 0, topic.get(), &metadata, 10'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      throw std::runtime_error("the mock doesn't create " + name);
    }
    rd_kafka_metadata_destroy(metadata);
  }
}

void MockKafka::delay_answers(int milliseconds) {
  rd_kafka_mock_broker_set_rtt(cluster_, kBroker, milliseconds);
}

}  // namespace sasrec::test
