#include "apps/service/readiness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <stop_token>
#include <string>
#include <thread>

#include "support/fakes/fake_catalogue_store.hpp"
#include "support/fakes/fake_interaction_store.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"
#include "telemetry/metrics.hpp"
#include "versions/slot.hpp"

namespace sasrec::apps {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ReadinessTest : public testing::Test {
 protected:
  std::map<std::string, std::string> checks() const {
    std::map<std::string, std::string> said;
    for (const auto& check : readiness_.checks()) {
      const auto ready = check.check();
      said[check.name] = ready ? *ready : "not ready: " + ready.error().message;
    }
    return said;
  }

  void load_all() {
    ASSERT_TRUE(catalogue_.refresh());
    ASSERT_TRUE(popular_.refresh());
    static_cast<void>(loader_.refresh());
  }

  test::TemporaryFolder folder_;
  test::FakeCatalogueStore catalogue_store_;
  test::FakeInteractionStore interactions_;
  catalogue::CatalogueCache catalogue_{catalogue_store_};
  catalogue::PopularItems popular_{interactions_, {.patience = 0ms}};
  versions::Slot slot_;
  telemetry::Metrics metrics_;
  versions::Loader loader_{folder_.path(), slot_, metrics_, {}};
  Readiness readiness_{catalogue_, popular_, loader_};
};

TEST_F(ReadinessTest, SaysWhichPartIsStillLoading) {
  ASSERT_FALSE(readiness_.loaded());
  EXPECT_EQ(readiness_.loaded().error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(readiness_.loaded().error().message, HasSubstr("catalogue"));
  ASSERT_TRUE(catalogue_.refresh());
  EXPECT_THAT(readiness_.loaded().error().message, HasSubstr("popular"));
  ASSERT_TRUE(popular_.refresh());
  EXPECT_THAT(readiness_.loaded().error().message, HasSubstr("model"));
  EXPECT_THAT(checks()["model"], HasSubstr("not ready"));
}

TEST_F(ReadinessTest, AServiceWithoutAModelIsReadyAndSaysSo) {
  load_all();
  EXPECT_TRUE(readiness_.loaded());
  EXPECT_EQ(checks()["catalogue"], "");
  EXPECT_EQ(checks()["popular"], "");
  EXPECT_THAT(checks()["model"], HasSubstr("no model is served yet"));
}

TEST_F(ReadinessTest, WithAModelThereIsNothingToSay) {
  const auto version =
      test::save_sample(test::sample_model(test::sample_config(), 1), folder_.path()).filename().string();
  ASSERT_TRUE(checkpoint::Directory(folder_.path()).activate(version));
  load_all();
  EXPECT_TRUE(readiness_.loaded());
  EXPECT_EQ(checks()["model"], "");
}

TEST_F(ReadinessTest, WaitEndsWhenAllIsLoadedAndAtStop) {
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_FALSE(readiness_.wait(stopped.get_token()));
  bool waited = false;
  {
    const std::jthread waiting([&] { waited = readiness_.wait(std::stop_token()); });
    load_all();
  }
  EXPECT_TRUE(waited);
}

}  // namespace
}  // namespace sasrec::apps
