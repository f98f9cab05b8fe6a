#pragma once

#include <librdkafka/rdkafka.h>
// Must follow rdkafka.h.
#include <librdkafka/rdkafka_mock.h>

#include <cstddef>
#include <string>
#include <vector>

#include "bus/bus.hpp"
#include "stream/kafka/handles.hpp"
#include "stream/kafka/options.hpp"

namespace sasrec::test {

/// librdkafka's mock of a Kafka cluster: one broker on a port of this machine, in threads of its own. It can't be asked
/// to create topics as a real one can.
class MockKafka {
 public:
  MockKafka();
  ~MockKafka();
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  /// Options that lead here, with short times.
  stream::KafkaOptions options() const;

  /// The next requests of this kind (ApiKey of Kafka's protocol) fail so, one each.
  void fail_requests(int api_key, const std::vector<rd_kafka_resp_err_t>& errors);
  void go_down();
  void come_back();
  /// All topics of the bus, 4 partitions each.
  void create_topics(const std::string& prefix) const;
  /// Makes every answer late.
  void delay_answers(int milliseconds);

 private:
  stream::KafkaClient host_;
  rd_kafka_mock_cluster_t* cluster_;
};

inline constexpr int kProduce = 0;
inline constexpr int kFetch = 1;
inline constexpr int kListOffsets = 2;
inline constexpr int kMetadata = 3;
inline constexpr int kOffsetCommit = 8;
inline constexpr int kFindCoordinator = 10;
inline constexpr int kJoinGroup = 11;
inline constexpr int kHeartbeat = 12;

}  // namespace sasrec::test
