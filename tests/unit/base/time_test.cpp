#include "base/time.hpp"

#include <gtest/gtest.h>

namespace sasrec::base {
namespace {

using std::chrono::microseconds;

TEST(Time, IsWrittenInUtcWithTheFractionItHas) {
  EXPECT_EQ(format_time(Time{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(Time(microseconds(964982703'120'000))), "2000-07-30T18:45:03.120Z");
  EXPECT_EQ(format_time(Time(microseconds(964982703'000'004))), "2000-07-30T18:45:03.000004Z");
  EXPECT_EQ(format_time(Time(microseconds(-1))), "1969-12-31T23:59:59.999999Z");
}

TEST(Time, IsReadBack) {
  for (const auto micros : {0LL, -1LL, 964982703'000'000LL, 964982703'123'000LL, 4102444800'000'001LL}) {
    const Time time{microseconds(micros)};
    EXPECT_EQ(parse_time(format_time(time)), time);
  }
}

TEST(Time, KeepsMicrosecondsAndCutsWhatIsFiner) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00.5Z"), Time(microseconds(500'000)));
  EXPECT_EQ(parse_time("1970-01-01T00:00:00.1234569+00:00"), Time(microseconds(123'456)));
}

}  // namespace
}  // namespace sasrec::base
