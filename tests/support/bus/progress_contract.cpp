#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

#include "support/bus/bus_contract.hpp"
#include "support/bus/read_records.hpp"
#include "support/eventually.hpp"

namespace sasrec::test {
namespace {

using namespace std::chrono_literals;
using bus::Group;
using bus::Topic;

/// Records that the group has not acknowledged; -1 if the bus does not say.
std::int64_t unread(const bus::Bus& bus) {
  const auto progress = bus.progress(Topic::kResults, Group::kWriters);
  if (!progress || progress->ends.size() != 4 || progress->acknowledged.size() != 4) return -1;
  std::int64_t sum = 0;
  for (std::size_t n = 0; n < 4; ++n) sum += progress->ends[n] - progress->acknowledged[n];
  return sum;
}

TEST_P(BusContract, ProgressCountsWhatIsNotAcknowledged) {
  const auto reader = bus_.subscribe(Topic::kResults, Group::kWriters);
  for (const auto& value : numbered("", 20)) publish_now(bus_, Topic::kResults, value, value);
  EXPECT_TRUE(eventually(kPatience, [&] { return unread(bus_) == 20; })) << unread(bus_);
  const auto records = read_records(*reader, 20);
  ASSERT_EQ(records.size(), 20U);
  EXPECT_EQ(unread(bus_), 20) << "read, and not acknowledged";
  for (const auto& record : records) reader->acknowledge(record.position);
  reader->commit(kPatience);
  EXPECT_TRUE(eventually(kPatience, [&] { return unread(bus_) == 0; })) << unread(bus_);
  publish_now(bus_, Topic::kResults, "late", "late");
  EXPECT_TRUE(eventually(kPatience, [&] { return unread(bus_) == 1; })) << unread(bus_);
}

TEST_P(BusContract, ProgressOfATopicThatNobodyHasReadBeginsAtItsBeginning) {
  for (const auto& value : numbered("", 5)) publish_now(bus_, Topic::kResults, value, value);
  EXPECT_TRUE(eventually(kPatience, [&] { return unread(bus_) == 5; })) << unread(bus_);
}

}  // namespace
}  // namespace sasrec::test
