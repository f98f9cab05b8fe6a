#include "bus/item_attributes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "bus/item.hpp"

namespace sasrec::bus {
namespace {

using testing::HasSubstr;

std::string refusal(const boost::json::value& value) {
  const auto read = read_attributes(value);
  if (read) return "";
  EXPECT_EQ(read.error().code, base::ErrorCode::kInvalidInput);
  return read.error().message;
}

TEST(ItemAttributes, AreTheTextOfTheObject) {
  const auto read = read_attributes(boost::json::parse(R"({"colour":"blue","sizes":[1,2.5,null]})"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, R"({"colour":"blue","sizes":[1,2.5,null]})");
}

TEST(ItemAttributes, OnlyObjectsAreTaken) {
  EXPECT_THAT(refusal(boost::json::parse("[1]")), HasSubstr("must be an object"));
  EXPECT_THAT(refusal("text"), HasSubstr("must be an object"));
}

TEST(ItemAttributes, WhatTheDatabaseCannotHoldIsRefusedHoweverDeep) {
  EXPECT_THAT(refusal(boost::json::parse(R"({"a":[{"b":"x\u0000"}]})")), HasSubstr("U+0000"));
  EXPECT_THAT(refusal(boost::json::parse(R"({"a\u0000":1})")), HasSubstr("U+0000"));
  EXPECT_THAT(refusal({{"a", std::numeric_limits<double>::infinity()}}), HasSubstr("beyond a double's range"));
}

TEST(ItemAttributes, AtTheLimitTheyFitAndOneByteMoreDoesNot) {
  const std::string frame = R"({"a":""})";
  const std::string longest(kMaxAttributesBytes - frame.size(), 'x');
  EXPECT_EQ(refusal({{"a", longest}}), "");
  EXPECT_THAT(refusal({{"a", longest + "x"}}), HasSubstr("16385 bytes long: at most 16384"));
}

}  // namespace
}  // namespace sasrec::bus
