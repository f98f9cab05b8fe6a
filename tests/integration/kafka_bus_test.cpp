// The bus on a real Apache Kafka: what every bus promises, and encryption with passwords.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <string>

#include "stream/kafka/bus.hpp"
#include "support/bus/bus_contract.hpp"
#include "support/eventually.hpp"
#include "support/kafka_broker.hpp"
#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// All on one broker, each with topics and groups of its own.
class RealKafka final : public BusUnderTest {
 public:
  RealKafka() { EXPECT_TRUE(bus_.wait_until_ready({})); }
  bus::Bus& bus() override { return bus_; }

 private:
  static stream::KafkaOptions make_options() {
    static KafkaBroker broker;
    static int made = 0;
    if (made == 0) broker.warm_up_groups();
    stream::KafkaOptions options;
    options.brokers = broker.bootstrap();
    options.prefix = fmt::format("test{}.", ++made);
    options.partitions = 4;
    return options;
  }

  stream::KafkaBus bus_{make_options()};
};

INSTANTIATE_TEST_SUITE_P(Kafka, BusContract,
                         testing::Values(BusCase{"Broker",
                                                 [] {
                                                   return std::make_unique<RealKafka>();
                                                 }}),
                         [](const auto& given) { return given.param.name; });

/// A broker that speaks TLS and asks for SCRAM passwords at a second listener, which clients are sent to.
class SecureKafka : public testing::Test {
 protected:
  SecureKafka() {
    const auto made =
        run("/bin/sh", {"-c",
                        "cd \"$0\" && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext "
                        "subjectAltName=IP:127.0.0.1 -keyout key.pem -out certificate.pem && "
                        "cat key.pem certificate.pem > store.pem && chmod 644 *.pem",
                        folder_.path().string()});
    EXPECT_EQ(made.exit_code, 0) << made.err;
  }

  std::string file(const char* name) const { return (folder_.path() / name).string(); }

  stream::KafkaOptions options(const std::string& brokers, const std::string& password) const {
    stream::KafkaOptions options;
    options.brokers = brokers;
    options.settings = {{"security.protocol", "SASL_SSL"},
                        {"sasl.mechanism", "PLAIN"},
                        {"sasl.username", "app"},
                        {"sasl.password", password},
                        {"ssl.ca.location", file("certificate.pem")}};
    return options;
  }

  TemporaryFolder folder_;
  FreePort port_;
};

TEST_F(SecureKafka, IsReachedWithTheRightPasswordOnly) {
  KafkaBroker::Options settings;
  const auto plain = "org.apache.kafka.common.security.plain.PlainLoginModule required user_app=\"a-password\";";
  settings.properties = {{"listener.name.secure.plain.sasl.jaas.config", plain},
                         {"listener.name.secure.sasl.enabled.mechanisms", "PLAIN"},
                         {"listener.name.secure.ssl.keystore.type", "PEM"},
                         {"listener.name.secure.ssl.keystore.location", file("store.pem")},
                         {"ssl.keystore.type", "PEM"},
                         {"ssl.keystore.location", file("store.pem")}};
  settings.secure_port = port_.number();
  const KafkaBroker broker(settings);
  const auto address = fmt::format("127.0.0.1:{}", port_.number());

  stream::KafkaBus bus(options(address, "a-password"));
  ASSERT_TRUE(eventually(seconds(20), [&] { return bus.health().has_value(); }));
  const auto reader = bus.subscribe(bus::Topic::kRequests, bus::Group::kWorkers);
  ASSERT_TRUE(eventually(seconds(20), [&] {
    return bus.publish({.topic = bus::Topic::kRequests, .key = "u", .value = "v", .headers = {}}, {}).has_value();
  }));
  std::vector<bus::Record> records;
  EXPECT_TRUE(eventually(seconds(20), [&] {
    reader->poll(records, 1, milliseconds(100));
    return !records.empty();
  }));

  const stream::KafkaBus wrong(options(address, "another"));
  EXPECT_TRUE(eventually(seconds(20), [&] {
    const auto health = wrong.health();
    return !health && health.error().message.find("uthentication") != std::string::npos;
  })) << (wrong.health() ? "ready" : wrong.health().error().message);
  EXPECT_EQ(wrong.health().error().message.find("another"), std::string::npos);
}

}  // namespace
}  // namespace sasrec::test
