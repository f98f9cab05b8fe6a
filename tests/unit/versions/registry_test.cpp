#include "versions/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bus/codec.hpp"
#include "support/edit_version.hpp"
#include "support/fakes/fake_bus.hpp"
#include "support/fakes/fake_training_store.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::versions {
namespace {

using base::ErrorCode;
using testing::HasSubstr;
using testing::SizeIs;

class ModelRegistryTest : public testing::Test {
 protected:
  /// A new version; current is then the newest.
  std::string publish(std::uint64_t seed) {
    return test::save_sample(test::sample_model(test::sample_config(), seed), folder_.path()).filename().string();
  }
  std::string state_of(const std::string& version) const {
    for (const auto& model : store_.models()) {
      if (model.version == version) return model.state;
    }
    return "not there";
  }
  std::vector<std::string> announced() {
    std::vector<std::string> versions;
    for (const auto& message : bus_.published(bus::Topic::kModels))
      versions.push_back(bus::decode_model(message)->version);
    return versions;
  }

  test::TemporaryFolder folder_;
  test::FakeTrainingStore store_;
  test::FakeBus bus_;
  Registry registry_{folder_.path(), store_, &bus_};
};

TEST_F(ModelRegistryTest, ActivatingGoesBackAnnouncesAndTellsTheDatabase) {
  const auto first = publish(1);
  const auto second = publish(2);
  ASSERT_TRUE(registry_.activate(first));
  EXPECT_EQ(registry_.directory().current().value(), first);
  EXPECT_EQ(state_of(first), "active");
  EXPECT_EQ(state_of(second), "ready");
  EXPECT_THAT(announced(), testing::ElementsAre(first));
  const auto message = bus::decode_model(bus_.published(bus::Topic::kModels).at(0)).value();
  EXPECT_THAT(message.manifest, SizeIs(64));
  EXPECT_THAT(message.metrics, HasSubstr("ndcg@10"));
  EXPECT_EQ(bus_.published(bus::Topic::kModels).at(0).key, "current");
}

TEST_F(ModelRegistryTest, AdmittingAVersionAnnouncesItWithoutReadingItAgain) {
  const auto first = publish(1);
  publish(2);
  test::write_file(folder_.path() / first / "vocab.txt", "item-1\n");  // a verification would find this
  ASSERT_TRUE(registry_.admit(first));
  EXPECT_EQ(registry_.directory().current().value(), first);
  EXPECT_EQ(state_of(first), "active");
  EXPECT_THAT(announced(), testing::ElementsAre(first));
  EXPECT_EQ(registry_.admit("20200101T000000Z-000001").error().code, ErrorCode::kNotFound);
}

TEST_F(ModelRegistryTest, AnUnknownVersionIsNotFound) {
  const auto first = publish(1);
  for (const std::string version : {"20200101T000000Z-000001", "..", "", "CURRENT"}) {
    EXPECT_EQ(registry_.activate(version).error().code, ErrorCode::kNotFound) << version;
  }
  EXPECT_EQ(registry_.directory().current().value(), first);
  EXPECT_THAT(announced(), SizeIs(0));
}

TEST_F(ModelRegistryTest, ABadVersionIsQuarantinedAndWhatWasCurrentStays) {
  const auto bad = publish(1);
  const auto good = publish(2);
  const auto file = folder_.path() / bad / "model.safetensors";
  auto weights = test::read_file(file);
  weights.back() = static_cast<char>(weights.back() ^ 1);
  test::write_file(file, weights);
  const auto refused = registry_.activate(bad);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(refused.error().message, HasSubstr("SHA-256"));
  EXPECT_THAT(registry_.activate(bad).error().message, HasSubstr("quarantined"));
  EXPECT_EQ(registry_.directory().current().value(), good);
  EXPECT_THAT(announced(), SizeIs(0));
  ASSERT_TRUE(registry_.mirror());
  EXPECT_EQ(state_of(bad), "quarantined");
}

TEST_F(ModelRegistryTest, NeitherDatabaseNorBusHoldsARollbackUp) {
  const auto first = publish(1);
  publish(2);
  store_.outage().fail();
  Registry alone(folder_.path(), store_, nullptr);
  ASSERT_TRUE(alone.activate(first));
  EXPECT_EQ(registry_.directory().current().value(), first);
  store_.outage().recover();
  ASSERT_TRUE(alone.mirror());
  EXPECT_EQ(state_of(first), "active");
}

TEST_F(ModelRegistryTest, TheDatabaseIsToldOnlyWhatIsNew) {
  ASSERT_TRUE(registry_.mirror());
  publish(1);
  ASSERT_TRUE(registry_.mirror());
  const auto told = store_.mirrored();
  ASSERT_TRUE(registry_.mirror());
  EXPECT_EQ(store_.mirrored(), told);
  ASSERT_TRUE(registry_.directory().reject(publish(2), "worse"));
  ASSERT_TRUE(registry_.mirror());
  EXPECT_EQ(store_.mirrored(), told + 1);
}

TEST_F(ModelRegistryTest, ListsWhatLiesOnTheVolume) {
  const auto first = publish(1);
  const auto second = publish(2);
  ASSERT_TRUE(registry_.directory().activate(first));
  ASSERT_TRUE(registry_.directory().reject(second, "it is worse"));
  const auto models = list_models(registry_.directory()).value();
  ASSERT_THAT(models, SizeIs(2));
  EXPECT_EQ(models[0].entry.version, second);
  EXPECT_EQ(models[0].entry.state, checkpoint::State::kRejected);
  EXPECT_EQ(models[0].entry.reason, "it is worse");
  EXPECT_TRUE(models[0].metrics.contains("ndcg@10"));
  EXPECT_EQ(active_of(models), first);
}

}  // namespace
}  // namespace sasrec::versions
