#include "bus/bus.hpp"

#include <gtest/gtest.h>

namespace sasrec::bus {
namespace {

TEST(Bus, TopicsAndGroupsHaveTheNamesOfTheContract) {
  EXPECT_EQ(name(Topic::kRequests), "sasrec.requests");
  EXPECT_EQ(name(Topic::kResults), "sasrec.results");
  EXPECT_EQ(name(Topic::kInteractions), "sasrec.interactions");
  EXPECT_EQ(name(Topic::kModels), "sasrec.models");
  EXPECT_EQ(name(Topic::kDead), "sasrec.dead");
  EXPECT_EQ(name(Topic::kItems), "sasrec.items");
  EXPECT_EQ(name(Group::kWorkers), "sasrec-workers");
  EXPECT_EQ(name(Group::kWriters), "sasrec-writers");
  EXPECT_EQ(name(Group::kEverybody), "");
}

TEST(Bus, AHeaderIsFoundByName) {
  const Message message{.headers = {{"a", "1"}, {"b", "2"}, {"b", "3"}}};
  EXPECT_EQ(header(message, "b"), "2");
  EXPECT_EQ(header(message, "c"), "");
}

}  // namespace
}  // namespace sasrec::bus
