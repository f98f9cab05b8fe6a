#include "versions/listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bus/codec.hpp"
#include "support/eventually.hpp"
#include "support/fakes/fake_bus.hpp"

namespace sasrec::versions {
namespace {

using test::eventually;
using namespace std::chrono_literals;

TEST(ListenerTest, HearsTheLastOfSeveralAndNothingUnreadable) {
  test::FakeBus bus;
  std::vector<std::string> heard;
  std::mutex mutex;
  Listener listener(bus, [&](const bus::ModelAnnouncement& model) {
    const std::scoped_lock lock(mutex);
    heard.push_back(model.version);
  });
  std::jthread running([&](const std::stop_token& stop) { listener.run(stop); });
  ASSERT_TRUE(bus.await_subscriptions(1));
  bus.add({.topic = bus::Topic::kModels, .key = "current", .value = "no JSON"});
  bus.add({.topic = bus::Topic::kModels, .key = "current", .value = R"({"version":"../../etc"})"});
  bus.add(bus::encode(bus::ModelAnnouncement{.version = "20261122T153000Z-000007"}));
  bus.add(bus::encode(bus::ModelAnnouncement{.version = "20261122T153000Z-000008"}));
  EXPECT_TRUE(eventually(10s, [&] {
    const std::scoped_lock lock(mutex);
    return !heard.empty() && heard.back() == "20261122T153000Z-000008";
  }));
  // The older one may be read alone, before the newer one was published; what cannot be read is never heard.
  const std::scoped_lock lock(mutex);
  EXPECT_THAT(heard, testing::AnyOf(testing::ElementsAre("20261122T153000Z-000008"),
                                    testing::ElementsAre("20261122T153000Z-000007", "20261122T153000Z-000008")));
}

}  // namespace
}  // namespace sasrec::versions
