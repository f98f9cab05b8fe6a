#include "dataset/timestamp.hpp"

#include <gtest/gtest.h>

namespace sasrec::dataset {
namespace {

TEST(ParseTimestamp, ReadsUnixTimesBySize) {
  EXPECT_EQ(parse_timestamp("964982703"), 964982703);
  EXPECT_EQ(parse_timestamp(" 0 "), 0);
  EXPECT_EQ(parse_timestamp("-1"), -1);
  EXPECT_EQ(parse_timestamp("964982703.75"), 964982703);
  EXPECT_EQ(parse_timestamp("-0.5"), -1);
  EXPECT_EQ(parse_timestamp("9.64982703e8"), 964982703);
  EXPECT_EQ(parse_timestamp("964982703123"), 964982703);  // milliseconds
  EXPECT_EQ(parse_timestamp("964982703123.5"), 964982703);
  EXPECT_EQ(parse_timestamp("964982703123456"), 964982703);     // microseconds
  EXPECT_EQ(parse_timestamp("964982703123456789"), 964982703);  // nanoseconds
  EXPECT_EQ(parse_timestamp("99999999999"), 99999999999);       // the last that is taken as seconds
  EXPECT_EQ(parse_timestamp("100000000000"), 100000000);        // the first that is not
}

TEST(ParseTimestamp, ReadsRfc3339) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_timestamp("2000-07-30T18:45:03Z"), 964982703);
  EXPECT_EQ(parse_timestamp("2000-07-30t18:45:03.999z"), 964982703);
  EXPECT_EQ(parse_timestamp("2000-07-30T20:45:03+02:00"), 964982703);
  EXPECT_EQ(parse_timestamp("2000-07-30T15:15:03.5-0330"), 964982703);
  EXPECT_EQ(parse_timestamp("2000-07-30 20:45:03+02"), 964982703);
  EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59Z"), -1);
  EXPECT_EQ(parse_timestamp("2016-12-31T23:59:60Z"), parse_timestamp("2017-01-01T00:00:00Z"));
}

TEST(ParseTimestamp, ReadsDatesWithoutAnOffsetAsUtc) {
  EXPECT_EQ(parse_timestamp("2000-07-30"), 964915200);
  EXPECT_EQ(parse_timestamp("2000-07-30 18:45:03"), 964982703);
  EXPECT_EQ(parse_timestamp("2000-07-30 18:45:03 UTC"), 964982703);
  EXPECT_EQ(parse_timestamp("2024-02-29"), 1709164800);
}

class NotATime : public testing::TestWithParam<const char*> {};

TEST_P(NotATime, IsRefused) {
  EXPECT_EQ(parse_timestamp(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(ParseTimestamp, NotATime,
                         testing::Values("", " ", "abc", "12a", "0x10", "1e300", "inf", "nan", "99999999999999999999",
                                         "2023-02-29", "2023-13-01", "2023-00-10", "2023-1-1", "2023-01-01T",
                                         "2023-01-01T24:00:00", "2023-01-01T10:60:00", "2023-01-01T10:00:61",
                                         "2023-01-01T10:00:00.", "2023-01-01T10:00:00+24:00", "2023-01-01T10:00:00 x",
                                         "2023-01-01T10:00:00Zz", "2023-01-01 10", "01/02/2023"));

}  // namespace
}  // namespace sasrec::dataset
