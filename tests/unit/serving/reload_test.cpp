// Workers that answer while models are swapped under them: what a request gets is of one version, whichever that is.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "bus/codec.hpp"
#include "recommend/recommender.hpp"
#include "serving/worker.hpp"
#include "support/eventually.hpp"
#include "support/fakes/fake_bus.hpp"
#include "support/fakes/model_fixture.hpp"
#include "versions/loader.hpp"

namespace sasrec::serving {
namespace {

using namespace std::chrono_literals;

class ModelReload : public testing::Test, protected test::ModelFixture {
 protected:
  /// A new version, which becomes current, and what it answers to the history that all requests have.
  std::string publish(std::uint64_t seed) {
    const auto folder = test::save_sample(test::sample_model(test::sample_config(), seed), checkpoints_.path());
    recommend::Recommender recommender(recommend::Model::load(folder).value());
    recommend::Answer answer;
    EXPECT_TRUE(recommender.recommend({.history = history_, .k = 5, .exclude = {}}, answer));
    auto& items = expected_[folder.filename().string()];
    for (const auto& item : answer.items) items.emplace_back(item.item, item.score);
    return folder.filename().string();
  }

  void ask() {
    bus::RequestRecord request{.id = base::Uuid::make(), .history = history_, .k = 5};
    request.created = request.stored = base::now();
    request.deadline = request.created + 1h;
    bus_.add(bus::encode(request));
  }

  test::TemporaryFolder checkpoints_;
  telemetry::Metrics metrics_;
  test::FakeBus bus_;
  const std::vector<std::string> history_{"item-3", "item-5", "item-2"};
  std::map<std::string, std::vector<std::pair<std::string, float>>> expected_;
};

TEST_F(ModelReload, EveryAnswerIsOfOneVersion) {
  constexpr int kReloads = 30;
  const std::vector versions{publish(1), publish(2)};
  versions::Loader loader(checkpoints_.path(), slot, metrics_, {.interval = 1ms});
  std::jthread loading([&](const std::stop_token& stop) { loader.run(stop); });
  while (!slot.get()) std::this_thread::yield();
  Worker first(bus_, slot, catalogue, popular, metrics_, {});
  Worker second(bus_, slot, catalogue, popular, metrics_, {});
  std::jthread first_thread([&](const std::stop_token& stop) { first.run(stop); });
  std::jthread second_thread([&](const std::stop_token& stop) { second.run(stop); });
  std::size_t asked = 0;
  for (int reload = 0; reload < kReloads; ++reload) {
    const auto& version = versions[static_cast<std::size_t>(reload % 2)];
    ASSERT_TRUE(checkpoint::Directory(checkpoints_.path()).activate(version));
    loader.wake();
    for (bool swapped = false; !swapped;) {
      ask();
      ++asked;
      ASSERT_TRUE(bus_.await_published(bus::Topic::kResults, asked));
      swapped = slot.get()->version() == version;
    }
  }
  ASSERT_TRUE(bus_.await_published(bus::Topic::kResults, asked));
  std::set<std::string> seen;
  for (const auto& message : bus_.published(bus::Topic::kResults)) {
    const auto result = bus::decode_result(message).value();
    ASSERT_EQ(result.status, bus::Status::kDone);
    ASSERT_TRUE(expected_.contains(result.model)) << result.model;
    const auto& expected = expected_.at(result.model);
    ASSERT_EQ(result.items.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(result.items[i].item, expected[i].first);
      EXPECT_EQ(result.items[i].score, expected[i].second);
    }
    seen.insert(result.model);
  }
  EXPECT_EQ(seen.size(), 2U);
  first_thread.request_stop();
  second_thread.request_stop();
  first_thread.join();
  second_thread.join();
  // Nothing is left of the models that were replaced.
  EXPECT_TRUE(test::eventually(10s, [&] { return slot.get().use_count() <= 2; }));
}

}  // namespace
}  // namespace sasrec::serving
