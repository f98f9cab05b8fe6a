#include "base/result.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string_view>

namespace sasrec::base {
namespace {

Result<int> halved(int value) {
  if (value % 2 != 0) return fail(ErrorCode::kInvalidInput, "{} is odd", value);
  return value / 2;
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(halved(4).value(), 2);
  const auto odd = halved(3);
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(odd.error().message, "3 is odd");
}

TEST(Result, FailWithinKeepsTheCodeAndTellsWhere) {
  const Result<void> outer = fail_within("config.json", halved(3).error());
  ASSERT_FALSE(outer);
  EXPECT_EQ(outer.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(outer.error().message, "config.json: 3 is odd");
}

TEST(ErrorCode, NamesAreDistinct) {
  constexpr std::array kCodes{ErrorCode::kInvalidInput, ErrorCode::kNotFound,    ErrorCode::kCorrupt,
                              ErrorCode::kIo,           ErrorCode::kUnavailable, ErrorCode::kOverloaded,
                              ErrorCode::kExpired,      ErrorCode::kInternal};
  std::set<std::string_view> names;
  for (const auto code : kCodes) names.insert(to_string(code));
  EXPECT_EQ(names.size(), kCodes.size());
  EXPECT_EQ(to_string(ErrorCode::kInvalidInput), "invalid_input");
}

}  // namespace
}  // namespace sasrec::base
