#include <algorithm>

#include "integration/sasrec_fixture.hpp"

namespace sasrec::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

class ModelCommand : public SasrecTest {
 protected:
  std::vector<std::string> command(const std::vector<std::string>& words) const {
    std::vector<std::string> arguments{"model"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    arguments.insert(arguments.end(), {"--checkpoints", checkpoints()});
    return arguments;
  }

  /// Another version; it becomes the active one.
  std::filesystem::path add_version(const SampleModel& model = sample_model(sample_config(), 6)) const {
    return save_sample(model, checkpoints());
  }

  /// A version that is whole, but whose golden answer the engine doesn't give.
  std::filesystem::path add_version_with_wrong_answer() const {
    auto sample = sample_model(sample_config(), 6);
    sample.draft.golden = {{{"item-1"}, {{"item-2", 99.0F}}}};
    return add_version(sample);
  }

  std::string active() const { return std::string(document(command({"list"})).at("active").as_string()); }

  boost::json::object entry(const std::filesystem::path& version) const {
    const auto json = document(command({"list"}));
    for (const auto& model : json.at("models").as_array()) {
      if (model.at("version").as_string() == version.filename().string()) return model.as_object();
    }
    ADD_FAILURE() << version << " is not listed";
    return {};
  }
};

TEST_F(ModelCommand, ListsVersionsNewestFirst) {
  const auto newer = add_version();
  const auto json = document(command({"list"}));
  EXPECT_EQ(json.at("active").as_string(), newer.filename().string());
  const auto& models = json.at("models").as_array();
  ASSERT_THAT(models, SizeIs(2));
  EXPECT_EQ(models[0].at("version").as_string(), newer.filename().string());
  EXPECT_EQ(models[0].at("state").as_string(), "active");
  EXPECT_EQ(models[1].at("state").as_string(), "ready");
  EXPECT_EQ(models[1].at("metrics").at("ndcg@10").to_number<double>(), 0.25);
  const auto created = std::string(models[0].at("created").as_string());
  EXPECT_THAT(created, testing::MatchesRegex("20..-..-..T..:..:..Z"));
  std::string digits;
  std::ranges::copy_if(created, std::back_inserter(digits), [](char c) { return c != '-' && c != ':'; });
  EXPECT_TRUE(newer.filename().string().starts_with(digits));
  EXPECT_THAT(output(command({"list"})), AllOf(HasSubstr("active"), HasSubstr("0.2500")));
}

TEST_F(ModelCommand, ShowsWhatAVersionIs) {
  const auto json = document(command({"show"}));
  EXPECT_EQ(json.at("version").as_string(), version());
  EXPECT_EQ(json.at("config").at("hidden").to_number<int>(), 8);
  EXPECT_EQ(json.at("config").at("training").at("loss").as_string(), "bce");
  EXPECT_EQ(json.at("metrics").at("ndcg@10").to_number<double>(), 0.25);
  EXPECT_THAT(std::string(json.at("manifest").at("hash").as_string()), SizeIs(64));
  EXPECT_EQ(document(command({"show", version()})), json);
  EXPECT_EQ(document(command({"show", version_.string()})), json);
  EXPECT_THAT(output(command({"show"})), testing::ContainsRegex("config\\.hidden +8\n"));
}

TEST_F(ModelCommand, VerifiesByPathOrName) {
  for (const auto& what : std::vector<std::vector<std::string>>{{"verify"},
                                                                {"verify", checkpoints()},
                                                                {"verify", version_.string()},
                                                                {"verify", version_.string() + "/"},
                                                                {"verify", version()}}) {
    const auto json = document(command(what));
    EXPECT_EQ(json.at("version").as_string(), version());
    EXPECT_TRUE(json.at("ok").as_bool());
  }
  expect_error(command({"verify", "nowhere"}), 1, "nowhere");
}

TEST_F(ModelCommand, VerifyRefusesWrongGoldenAnswersAndChangesNothing) {
  const auto bad = add_version_with_wrong_answer();
  const auto finished = sasrec(command({"verify", bad.string(), "--json"}));
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("golden answer 1"));
  const auto json = boost::json::parse(finished.out).as_object();
  EXPECT_FALSE(json.at("ok").as_bool());
  EXPECT_EQ(json.at("error").at("code").as_string(), "corrupt");
  EXPECT_EQ(entry(bad).at("state").as_string(), "active");
}

TEST_F(ModelCommand, VerifyQuarantinesWhenAsked) {
  const auto bad = add_version_with_wrong_answer();
  EXPECT_EQ(sasrec(command({"verify", bad.filename().string(), "--quarantine"})).exit_code, 1);
  EXPECT_EQ(entry(bad).at("state").as_string(), "quarantined");
  EXPECT_THAT(std::string(entry(bad).at("reason").as_string()), HasSubstr("golden answer 1"));
}

TEST_F(ModelCommand, VerifyNeverQuarantinesAGoodVersion) {
  EXPECT_EQ(sasrec(command({"verify", version(), "--quarantine"})).exit_code, 0);
  EXPECT_EQ(entry(version_).at("state").as_string(), "active");
}

TEST_F(ModelCommand, VerifyNoticesAFlippedBit) {
  const auto path = version_ / "model.safetensors";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(-5, std::ios::end);
  const auto byte = static_cast<char>(file.get() ^ 1);
  file.seekp(-5, std::ios::end);
  file.put(byte);
  file.close();
  expect_error(command({"verify", version()}), 1, "model.safetensors");
}

TEST_F(ModelCommand, ActivatesAVersion) {
  const auto newer = add_version();
  EXPECT_EQ(active(), newer.filename().string());
  EXPECT_EQ(document(command({"activate", version()})).at("active").as_string(), version());
  EXPECT_EQ(active(), version());
}

TEST_F(ModelCommand, ActivateRefusesAndQuarantinesABadVersion) {
  const auto bad = add_version_with_wrong_answer();
  output(command({"activate", version()}));
  const auto finished = sasrec(command({"activate", bad.filename().string()}));
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("golden answer 1"), HasSubstr("is quarantined")));
  EXPECT_EQ(active(), version());
  EXPECT_EQ(entry(bad).at("state").as_string(), "quarantined");
}

TEST_F(ModelCommand, ActivateRefusesWhatIsNoVersion) {
  expect_error(command({"activate", "../elsewhere"}), 2, "is not the name of a version");
  expect_error(command({"activate", "20200101T000000Z-000099"}), 1, "20200101T000000Z-000099");
  EXPECT_EQ(active(), version());
}

TEST_F(ModelCommand, SaysThatThereIsNoFolder) {
  expect_error({"model", "list", "--checkpoints", "nowhere"}, 1, "nowhere");
  expect_error({"model", "show", "--checkpoints", "nowhere"}, 1, "nowhere");
}

}  // namespace
}  // namespace sasrec::test
