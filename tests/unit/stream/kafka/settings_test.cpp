#include "stream/kafka/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>

#include "stream/kafka/bus.hpp"
#include "unit/stream/kafka/kafka_fixture.hpp"

namespace sasrec::stream {
namespace {

using testing::HasSubstr;

std::string refusal(const std::map<std::string, std::string>& settings) {
  try {
    const KafkaBus bus({.brokers = kNobody, .settings = settings});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(KafkaSettings, SettingsReachLibrdkafkaAndWrongOnesAreNamed) {
  EXPECT_EQ(refusal({{"security.protocol", "sasl_plaintext"},
                     {"sasl.mechanisms", "SCRAM-SHA-512"},
                     {"sasl.username", "app"},
                     {"sasl.password", "secret"}}),
            "");
  EXPECT_THAT(refusal({{"no.such.setting", "1"}}), HasSubstr("no.such.setting"));
  EXPECT_THAT(refusal({{"security.protocol", "carrier-pigeon"}}), HasSubstr("security.protocol"));
  EXPECT_THAT(refusal({{"security.protocol", "ssl"}, {"ssl.ca.location", "/no/such/file.pem"}}),
              HasSubstr("ssl.ca.location"));
  for (const auto* reserved : {"acks", "enable.auto.commit", "group.id", "bootstrap.servers", "transactional.id"}) {
    EXPECT_THAT(refusal({{reserved, "1"}}), AllOf(HasSubstr(reserved), HasSubstr("can't be changed")));
  }
}

TEST(KafkaSettings, SecretsAreNotShown) {
  const auto message = refusal({{"security.protocol", "ssl"}, {"ssl.key.pem", "-----my private key-----"}});
  EXPECT_NE(message, "");
  EXPECT_THAT(message, Not(HasSubstr("my private key")));
}

}  // namespace
}  // namespace sasrec::stream
