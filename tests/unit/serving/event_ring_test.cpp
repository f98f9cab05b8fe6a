#include "serving/event_ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace sasrec::serving {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::shared_ptr<const bus::ResultRecord> result(const std::string& user) {
  return std::make_shared<const bus::ResultRecord>(bus::ResultRecord{.id = base::Uuid::make(), .user = user});
}

std::vector<std::uint64_t> sequences(const EventRing::Batch& batch) {
  std::vector<std::uint64_t> all;
  for (const auto& event : batch.events) all.push_back(event->sequence);
  return all;
}

TEST(EventRing, GivesWhatCameAfter) {
  EventRing ring;
  ring.publish(result("u1"));
  ring.publish(EventRing::ServedVersion{"20261122T153000Z-000001"});
  ring.publish(retraining::TrainingRun{.epoch = 3});
  EXPECT_EQ(ring.newest(), 3U);
  EXPECT_THAT(sequences(ring.after(0, 10)), ElementsAre(1, 2, 3));
  EXPECT_THAT(sequences(ring.after(0, 2)), ElementsAre(1, 2));
  EXPECT_THAT(sequences(ring.after(2, 10)), ElementsAre(3));
  EXPECT_THAT(ring.after(3, 10).events, IsEmpty());
  EXPECT_THAT(ring.after(99, 10).events, IsEmpty());
  const auto batch = ring.after(0, 10);
  EXPECT_EQ(std::get<EventRing::Result>(batch.events[0]->what)->user, "u1");
  EXPECT_EQ(std::get<EventRing::ServedVersion>(batch.events[1]->what).version, "20261122T153000Z-000001");
  EXPECT_EQ(std::get<retraining::TrainingRun>(batch.events[2]->what).epoch, 3U);
}

TEST(EventRing, ForgetsTheOldestAndCountsThem) {
  EventRing ring({.events = 3});
  for (int n = 0; n < 5; ++n) ring.publish(result("u"));
  const auto batch = ring.after(1, 10);
  EXPECT_THAT(sequences(batch), ElementsAre(3, 4, 5));
  EXPECT_EQ(batch.skipped, 1U);
  EXPECT_EQ(ring.after(2, 10).skipped, 0U);
}

TEST(EventRing, KeepsToItsBytes) {
  EventRing ring({.bytes = 64UL * 1024});
  for (int n = 0; n < 100; ++n) ring.publish(retraining::TrainingRun{.reason = std::string(8UL * 1024, ' ')});
  const auto batch = ring.after(0, 1000);
  EXPECT_EQ(batch.events.size(), 7U);
  EXPECT_EQ(batch.skipped, 93U);
}

TEST(EventRing, WakesOnceWhenSomethingComes) {
  EventRing ring;
  int woken = 0;
  ring.wait(0, [&] { ++woken; });
  EXPECT_EQ(woken, 0);
  ring.publish(result("u"));
  ring.publish(result("u"));
  EXPECT_EQ(woken, 1);
  ring.wait(1, [&] { ++woken; });
  EXPECT_EQ(woken, 2) << "there is one already";
}

TEST(EventRing, WhoIsForgottenIsNotWoken) {
  EventRing ring;
  bool woken = false;
  const auto ticket = ring.wait(0, [&] { woken = true; });
  ring.forget(ticket);
  ring.publish(result("u"));
  EXPECT_FALSE(woken);
}

TEST(EventRing, EachHasANameOfItsOwn) {
  const EventRing one;
  const EventRing other;
  EXPECT_EQ(one.instance().size(), 16U);
  EXPECT_NE(one.instance(), other.instance());
}

}  // namespace
}  // namespace sasrec::serving
