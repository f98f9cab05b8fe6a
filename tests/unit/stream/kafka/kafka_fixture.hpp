#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string_view>

#include "stream/kafka/bus.hpp"
#include "support/bus/notices.hpp"
#include "support/bus/read_records.hpp"
#include "support/eventually.hpp"
#include "unit/stream/mock_kafka.hpp"

namespace sasrec::stream {

/// A broker that does not exist: nothing listens on the discard port.
inline constexpr const char* kNobody = "127.0.0.1:9";

/// A bus on librdkafka's mock broker, which has all topics.
class KafkaFixture : public testing::Test {
 protected:
  KafkaFixture() {
    kafka_.create_topics("");
    options_ = kafka_.options();
    options_.notice = [this](std::string_view text) {
      notices_.add(text);
    };
  }

  std::unique_ptr<KafkaBus> make_ready_bus() {
    auto bus = std::make_unique<KafkaBus>(options_);
    EXPECT_TRUE(test::eventually(test::kPatience, [&] { return bus->health().has_value(); }));
    return bus;
  }

  test::Notices notices_;
  test::MockKafka kafka_;
  KafkaOptions options_;
};

}  // namespace sasrec::stream
