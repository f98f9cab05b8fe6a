#include "apps/service/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace sasrec::apps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Settings : public testing::Test {
 protected:
  std::string file(const std::string& text) const {
    const auto path = folder_.path() / "sasrec.toml";
    std::ofstream(path) << text;
    return path.string();
  }

  std::string file_error(const std::string& text) const {
    const auto read = read_settings_file(file(text));
    return read ? "none" : read.error().message;
  }

  test::TemporaryFolder folder_;
};

TEST_F(Settings, FlagsWinOverTheEnvironmentAndThatOverTheFile) {
  const auto config = "--config=" + file("listen = \"127.0.0.1:1\"\nrate = 1.5\nworkers = 3\n");
  const std::vector<const char*> argv{"sasrec", "up", config.c_str(), "--rate", "4"};
  const std::vector<const char*> environment{"HOME=/", "SASREC_LISTEN=127.0.0.1:2"};
  const auto merged = with_settings(argv, {"listen", "rate", "workers"}, environment);
  ASSERT_TRUE(merged) << merged.error().message;
  // The last of several counts.
  EXPECT_THAT(*merged, ElementsAre("sasrec", "up", "--listen=127.0.0.1:1", "--rate=1.5", "--workers=3",
                                   "--listen=127.0.0.1:2", config, "--rate", "4"));
}

TEST_F(Settings, OfOtherCommandsAreLeftOut) {
  const auto config = file("listen = \"127.0.0.1:1\"\ndatabase = \"postgres://db#1/x\"\n");
  const std::vector<const char*> argv{"sasrec", "migrate", "--config", config.c_str()};
  const auto merged = with_settings(argv, {"database"}, {});
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_THAT(*merged, ElementsAre("sasrec", "migrate", "--database=postgres://db#1/x", "--config", config));
}

TEST_F(Settings, StandBehindAllWordsOfTheCommand) {
  const std::vector<const char*> argv{"sasrec", "model", "list", "--json"};
  const std::vector<const char*> environment{"SASREC_CHECKPOINTS=elsewhere"};
  const auto merged = with_settings(argv, {"checkpoints"}, environment, 3);
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_THAT(*merged, ElementsAre("sasrec", "model", "list", "--checkpoints=elsewhere", "--json"));
}

TEST_F(Settings, UnknownOnesAreErrorsWithTheirPlace) {
  EXPECT_THAT(file_error("rate = 1\nlisten_to = 3\n"), HasSubstr("sasrec.toml:2: there is no setting \"listen_to\""));
  EXPECT_THAT(file_error("rate = \n"), HasSubstr("sasrec.toml:1: "));
  EXPECT_THAT(file_error("[listen]\nx = 1\n"), HasSubstr("listen is one value"));
  EXPECT_THAT(file_error("listen = 2026-01-01\n"), HasSubstr("listen has to be a text"));
  const std::vector<const char*> environment{"SASREC_LISTENN=x"};
  const auto read = read_settings_environment(environment);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("SASREC_LISTENN is no setting"));
}

TEST_F(Settings, AMissingFileThatWasNamedIsAnError) {
  const std::vector<const char*> argv{"sasrec", "up", "--config", "nowhere.toml"};
  const auto merged = with_settings(argv, {}, {});
  ASSERT_FALSE(merged);
  EXPECT_THAT(merged.error().message, HasSubstr("nowhere.toml"));
}

TEST_F(Settings, PassLibrdkafkasOwnThrough) {
  const auto from_file =
      read_settings_file(file("[kafka]\n\"security.protocol\" = \"SASL_SSL\"\nssl.ca.location = \"ca\"\n"));
  ASSERT_TRUE(from_file) << from_file.error().message;
  EXPECT_THAT(from_file->at("kafka"),
              testing::UnorderedElementsAre("security.protocol=SASL_SSL", "ssl.ca.location=ca"));
  const std::vector<const char*> environment{"SASREC_KAFKA_SASL_MECHANISM=SCRAM-SHA-512"};
  EXPECT_THAT(read_settings_environment(environment)->at("kafka"), ElementsAre("sasl.mechanism=SCRAM-SHA-512"));
}

TEST_F(Settings, MapsOfFieldsAreTables) {
  const auto from_file = read_settings_file(
      file("[interactions-map]\nuser = \"/after/u\"\nkind = \"'view'\"\n[items-map]\nremoved-id = \"/before/id\"\n"));
  ASSERT_TRUE(from_file) << from_file.error().message;
  EXPECT_THAT(from_file->at("interactions-map"), testing::UnorderedElementsAre("user=/after/u", "kind='view'"));
  EXPECT_THAT(from_file->at("items-map"), ElementsAre("removed-id=/before/id"));
  const std::vector<const char*> environment{"SASREC_INTERACTIONS_MAP_USER=/after/u",
                                             "SASREC_ITEMS_MAP_REMOVED_ID=/before/id"};
  const auto from_environment = read_settings_environment(environment);
  ASSERT_TRUE(from_environment) << from_environment.error().message;
  EXPECT_THAT(from_environment->at("interactions-map"), ElementsAre("user=/after/u"));
  EXPECT_THAT(from_environment->at("items-map"), ElementsAre("removed-id=/before/id"));
}

TEST_F(Settings, OriginsMayBeAnArrayOrOneText) {
  for (const auto* text :
       {"cors-origins = [\"https://a\", \"https://b\"]\n", "cors-origins = \"https://a,https://b\"\n"}) {
    const auto read = read_settings_file(file(text));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(read->at("cors-origins"), ElementsAre("https://a,https://b"));
  }
  const std::vector<const char*> environment{"SASREC_CORS_ORIGINS=*"};
  EXPECT_THAT(read_settings_environment(environment)->at("cors-origins"), ElementsAre("*"));
}

TEST_F(Settings, SecretsMayStandInFiles) {
  const auto secret = "SASREC_DATABASE_FILE=" + file("postgres://u:p@h/d\n");
  const std::vector<const char*> environment{secret.c_str()};
  EXPECT_THAT(read_settings_environment(environment)->at("database"), ElementsAre("postgres://u:p@h/d"));
  const std::vector<const char*> nowhere{"SASREC_DATABASE_FILE=/nowhere"};
  EXPECT_THAT(read_settings_environment(nowhere).error().message, HasSubstr("/nowhere"));
}

TEST_F(Settings, OfTheEngineAndTheSetUpAreNoneOfTheService) {
  const std::vector<const char*> environment{"SASREC_INSTRUCTION_SET=scalar", "SASREC_LIBTORCH=/x"};
  EXPECT_TRUE(read_settings_environment(environment)->empty());
}

}  // namespace
}  // namespace sasrec::apps
