#include <gtest/gtest.h>

#include "stream/kafka/bus.hpp"
#include "support/bus/bus_contract.hpp"
#include "unit/stream/mock_kafka.hpp"

namespace sasrec::test {
namespace {

// All on one mock, each with topics and groups of its own.
class MockedKafka final : public BusUnderTest {
 public:
  bus::Bus& bus() override { return bus_; }

 private:
  static stream::KafkaOptions make_options() {
    static MockKafka kafka;
    static int made = 0;
    auto options = kafka.options();
    options.prefix = "test" + std::to_string(++made) + ".";
    kafka.create_topics(options.prefix);
    return options;
  }

  stream::KafkaBus bus_{make_options()};
};

INSTANTIATE_TEST_SUITE_P(Kafka, BusContract,
                         testing::Values(BusCase{"Mock",
                                                 [] {
                                                   return std::make_unique<MockedKafka>();
                                                 }}),
                         [](const auto& given) { return given.param.name; });

}  // namespace
}  // namespace sasrec::test
