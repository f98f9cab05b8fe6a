#include "dataset/interner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sasrec::dataset {
namespace {

TEST(Interner, NumbersStringsByTheirFirstAppearance) {
  Interner interner;
  EXPECT_EQ(interner.number("b"), 0U);
  EXPECT_EQ(interner.number(""), 1U);
  EXPECT_EQ(interner.number("b"), 0U);
  EXPECT_EQ(interner.number("a"), 2U);
  EXPECT_EQ(interner.number(std::string("b\0", 2)), 3U);
  EXPECT_THAT(interner.release(), testing::ElementsAre("b", "", "a", std::string("b\0", 2)));
}

TEST(Interner, KeepsItsNumbersWhenItGrows) {
  constexpr std::uint32_t kStrings = 5000;
  Interner interner;
  for (std::uint32_t n = 0; n < kStrings; ++n) ASSERT_EQ(interner.number("id " + std::to_string(n)), n);
  for (std::uint32_t n = 0; n < kStrings; ++n) ASSERT_EQ(interner.number("id " + std::to_string(n)), n);
  const auto strings = interner.release();
  ASSERT_EQ(strings.size(), kStrings);
  EXPECT_EQ(strings[4321], "id 4321");
}

TEST(Interner, StartsAgainAfterRelease) {
  Interner interner;
  interner.number("a");
  interner.release();
  EXPECT_EQ(interner.number("b"), 0U);
  EXPECT_THAT(interner.release(), testing::ElementsAre("b"));
}

}  // namespace
}  // namespace sasrec::dataset
