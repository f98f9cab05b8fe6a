#include "serving/read_mark.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/fakes/fake_bus.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::serving {
namespace {

using namespace std::chrono_literals;

class ReadMarkTest : public testing::Test {
 protected:
  void publish(int count = 1) {
    for (int n = 0; n < count; ++n) bus_.add({.topic = bus::Topic::kResults, .value = "{}"});
  }
  void read(std::size_t count) {
    std::vector<bus::Record> records;
    reader_->poll(records, count, 0ms);
    ASSERT_EQ(records.size(), count);
    for (const auto& record : records) reader_->acknowledge(record.position);
  }

  test::FakeBus bus_;
  std::unique_ptr<bus::Subscription> reader_ = bus_.subscribe(bus::Topic::kResults, bus::Group::kWriters);
  ReadMark mark_{bus_, bus::Topic::kResults, bus::Group::kWriters};
};

TEST_F(ReadMarkTest, AGroupThatHasReadAllIsAtThePresent) {
  EXPECT_EQ(mark_.advance(test::at(1s)), test::at(1s));
  publish(2);
  read(2);
  EXPECT_EQ(mark_.advance(test::at(2s)), test::at(2s));
}

TEST_F(ReadMarkTest, StaysWhileAnythingFromBeforeIsUnread) {
  EXPECT_EQ(mark_.advance(test::at(1s)), test::at(1s));
  publish(2);
  EXPECT_EQ(mark_.advance(test::at(2s)), test::at(1s));
  read(1);
  EXPECT_EQ(mark_.advance(test::at(3s)), test::at(1s));
}

TEST_F(ReadMarkTest, UnderASteadyLoadItFollowsBehind) {
  publish(2);
  EXPECT_EQ(mark_.advance(test::at(1s)), base::Time{}) << "nothing is certain yet";
  for (int second = 2; second < 10; ++second) {
    publish(2);
    read(2);
    EXPECT_EQ(mark_.advance(test::at(std::chrono::seconds(second))), test::at(std::chrono::seconds(second - 1)));
  }
}

TEST_F(ReadMarkTest, WhatWasTakenAndNotAcknowledgedIsUnread) {
  publish(1);
  std::vector<bus::Record> records;
  reader_->poll(records, 1, 0ms);
  EXPECT_EQ(mark_.advance(test::at(1s)), base::Time{});
  reader_->acknowledge(records.front().position);
  EXPECT_EQ(mark_.advance(test::at(2s)), test::at(2s));
}

TEST_F(ReadMarkTest, ABusThatDoesNotAnswerLeavesTheMark) {
  EXPECT_TRUE(mark_.advance(test::at(1s)));
  bus_.go_down();
  EXPECT_FALSE(mark_.advance(test::at(2s)));
  bus_.come_back();
  publish(1);
  EXPECT_EQ(mark_.advance(test::at(3s)), test::at(1s));
}

}  // namespace
}  // namespace sasrec::serving
