#include "versions/presence_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <thread>

#include "support/eventually.hpp"
#include "support/fakes/fake_training_store.hpp"

namespace sasrec::versions {
namespace {

using test::eventually;
using testing::SizeIs;
using namespace std::chrono_literals;

TEST(PresenceReportTest, SaysAtOnceWhatChangesAndTakesItBackAtTheEnd) {
  using Role = Presence::Role;
  test::FakeTrainingStore store;
  std::mutex mutex;
  std::string version = "v1";
  PresenceReport report(store, {.name = "me",
                                .version =
                                    [&] {
                                      const std::scoped_lock lock(mutex);
                                      return version;
                                    },
                                .interval = 1h,
                                .look = 1ms});
  std::jthread running([&](const std::stop_token& stop) { report.run(stop); });
  const auto shows = [&](const std::string& wanted) {
    return eventually(10s, [&] {
      const auto present = store.present(Role::kWorker, 1s);
      return present && present->size() == 1 && present->front().version == wanted;
    });
  };
  EXPECT_TRUE(shows("v1"));
  store.outage().fail();
  {
    const std::scoped_lock lock(mutex);
    version = "v2";
  }
  ASSERT_TRUE(store.outage().await_calls(store.outage().calls() + 2));
  store.outage().recover();
  EXPECT_TRUE(shows("v2"));  // although the interval is long
  running.request_stop();
  running.join();
  EXPECT_THAT(store.present(Role::kWorker, 1s).value(), SizeIs(0));
}

}  // namespace
}  // namespace sasrec::versions
