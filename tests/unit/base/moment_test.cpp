// The one rule for the times of interactions: parse_moment, moment_of, moment_problem.

#include "base/moment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace sasrec::base {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using testing::HasSubstr;
using testing::IsEmpty;

std::optional<std::int64_t> micros(std::string_view text) {
  const auto time = parse_moment(text);
  return time ? std::optional(time->time_since_epoch().count()) : std::nullopt;
}

TEST(ParseMoment, TheSizeOfANumberTellsItsUnit) {
  EXPECT_EQ(micros("0"), 0);
  EXPECT_EQ(micros("-1"), -1'000'000);
  EXPECT_EQ(micros("964982703"), 964'982'703'000'000);
  EXPECT_EQ(micros("99999999999"), 99'999'999'999'000'000);  // the last that counts seconds
  EXPECT_EQ(micros("100000000000"), 100'000'000'000'000);    // the first that counts milliseconds
  EXPECT_EQ(micros("99999999999999"), 99'999'999'999'999'000);
  EXPECT_EQ(micros("100000000000000"), 100'000'000'000'000);  // microseconds
  EXPECT_EQ(micros("99999999999999999"), 99'999'999'999'999'999);
  EXPECT_EQ(micros("100000000000000000"), 100'000'000'000'000);  // nanoseconds
  EXPECT_EQ(micros("964982703123456789"), 964'982'703'123'456);
  EXPECT_EQ(micros("-100000000000"), -100'000'000'000'000);
}

TEST(ParseMoment, FractionsAreKeptToTheMicrosecond) {
  EXPECT_EQ(micros("964982703.75"), 964'982'703'750'000);
  EXPECT_EQ(micros("1795361400.123456"), 1'795'361'400'123'456);
  EXPECT_EQ(micros("1795361400.1234565"), 1'795'361'400'123'457);
  EXPECT_EQ(micros("964982703123.5"), 964'982'703'123'500);
  EXPECT_EQ(micros("964982703123456.7"), 964'982'703'123'457);
  EXPECT_EQ(micros("-0.5"), -500'000);
  EXPECT_EQ(micros("9.64982703e8"), 964'982'703'000'000);
  EXPECT_EQ(micros("2000-07-30T18:45:03.999999Z"), 964'982'703'999'999);
}

TEST(ParseMoment, ADateWithoutAZoneIsUtc) {
  EXPECT_EQ(micros("2000-07-30"), 964'915'200'000'000);
  EXPECT_EQ(micros("2000-07-30 18:45:03"), 964'982'703'000'000);
  EXPECT_EQ(micros("2000-07-30T18:45:03"), 964'982'703'000'000);
  EXPECT_EQ(micros("2000-07-30 18:45:03 UTC"), 964'982'703'000'000);
  EXPECT_EQ(micros("2000-07-30t18:45:03.999z"), 964'982'703'999'000);
  EXPECT_EQ(micros("2000-07-30T20:45:03+02:00"), 964'982'703'000'000);
  EXPECT_EQ(micros("2000-07-30T15:15:03.5-0330"), 964'982'703'500'000);
  EXPECT_EQ(micros("2000-07-30 20:45:03+02"), 964'982'703'000'000);
  EXPECT_EQ(micros("1969-12-31T23:59:59Z"), -1'000'000);
  EXPECT_EQ(micros("2016-12-31T23:59:60Z"), micros("2017-01-01T00:00:00Z"));
  EXPECT_EQ(micros("2024-02-29"), 1'709'164'800'000'000);
}

class NotAMoment : public testing::TestWithParam<const char*> {};

TEST_P(NotAMoment, IsRefused) {
  EXPECT_EQ(parse_moment(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(ParseMoment, NotAMoment,
                         testing::Values("", " ", "abc", "12a", "0x10", "1e300", "inf", "nan", "-inf", "-", ".",
                                         "99999999999999999999", "2023-02-29", "2023-13-01", "2023-00-10", "2023-1-1",
                                         "2023-01-01T", "2023-01-01T24:00:00", "2023-01-01T10:60:00",
                                         "2023-01-01T10:00:61", "2023-01-01T10:00:00.", "2023-01-01T10:00:00+24:00",
                                         "2023-01-01T10:00:00 x", "2023-01-01T10:00:00Zz", "2023-01-01 10",
                                         "01/02/2023", "1.2.3", "1,5"));

TEST(MomentOf, ReadsNumbersAsTheirTextsAreRead) {
  for (const std::int64_t number : {0L, 964'982'703L, 100'000'000'000L, 964'982'703'123'456'789L, -7L}) {
    EXPECT_EQ(moment_of(number), parse_moment(std::to_string(number))) << number;
  }
  EXPECT_EQ(moment_of(1795361400.123456), parse_moment("1795361400.123456"));
  EXPECT_EQ(moment_of(964982703123.5), parse_moment("964982703123.5"));
  EXPECT_EQ(moment_of(1.7953614e9), parse_moment("1795361400"));
  EXPECT_EQ(moment_of(9.3e18), std::nullopt);
  EXPECT_EQ(moment_of(std::numeric_limits<double>::infinity()), std::nullopt);
  EXPECT_EQ(moment_of(std::numeric_limits<double>::quiet_NaN()), std::nullopt);
}

TEST(MomentProblem, TimesAreOfThePastOrOfAClockThatIsALittleFast) {
  const Time now = parse_time("2026-11-22T15:30:00Z").value();
  EXPECT_THAT(moment_problem(now, now), IsEmpty());
  EXPECT_THAT(moment_problem(now + hours(1), now), IsEmpty());
  EXPECT_THAT(moment_problem(Time{}, now), IsEmpty());
  EXPECT_THAT(moment_problem(now + hours(1) + microseconds(1), now),
              testing::AllOf(HasSubstr("more than an hour later"), HasSubstr("2026-11-22T15:30:00Z")));
  EXPECT_THAT(moment_problem(Time(microseconds(-1)), now), HasSubstr("1970 to 2199"));
  EXPECT_THAT(moment_problem(kEndOfMoments, now), HasSubstr("1970 to 2199"));
}

}  // namespace
}  // namespace sasrec::base
