#pragma once

#include <cstdint>
#include <string>

#include "stream/kafka/handles.hpp"

namespace sasrec::test {

/// What a test asks of Kafka, or does to it, beside the bus. Throws std::runtime_error where Kafka refuses.
class KafkaAdmin {
 public:
  explicit KafkaAdmin(const std::string& brokers);

  int partitions(const std::string& topic) const;
  std::string config(const std::string& topic, const std::string& name) const;
  void remove(const std::string& topic) const;
  void add_partitions(const std::string& topic, int total) const;
  /// Writes a record that claims to be of this time, in milliseconds since 1970.
  void write(const std::string& topic, const std::string& value, std::int64_t time) const;

 private:
  stream::KafkaClient client_;
};

}  // namespace sasrec::test
