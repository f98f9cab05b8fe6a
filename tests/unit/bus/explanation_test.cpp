#include "bus/explanation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bus/codec.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::bus {
namespace {

const Explanation kSample{
    .history = {"item-1", "\"two\""}, .attention = {0.25F, 0.75F}, .effects = {{1.5F, -0.25F}, {0, 2}}};

TEST(Explanation, ReadsBackAsItWasWritten) {
  std::string json;
  append_json(json, kSample);
  EXPECT_EQ(parse_explanation(json).value(), kSample);
}

TEST(Explanation, TravelsWithItsResult) {
  auto result = test::sample_result();
  result.explanation = kSample;
  EXPECT_EQ(decode_result(encode(result)).value(), result);
}

TEST(Explanation, WhatIsNoNumberBecomesNothing) {
  auto wild = kSample;
  wild.effects[0][0] = std::numeric_limits<float>::quiet_NaN();
  wild.effects[0][1] = std::numeric_limits<float>::infinity();
  std::string json;
  append_json(json, wild);
  EXPECT_THAT(parse_explanation(json).value().effects[0], testing::ElementsAre(0, 0));
}

TEST(Explanation, ListsThatDoNotFitAreRefused) {
  const auto refused = [](std::string_view json) {
    const auto read = parse_explanation(json);
    return !read && read.error().code == base::ErrorCode::kInvalidInput;
  };
  EXPECT_TRUE(refused("nothing"));
  EXPECT_TRUE(refused("[]"));
  EXPECT_TRUE(refused(R"({"history":["a"],"effects":[]})"));
  EXPECT_TRUE(refused(R"({"history":["a"],"attention":[1,2],"effects":[]})"));
  EXPECT_TRUE(refused(R"({"history":["a"],"attention":["1"],"effects":[]})"));
  EXPECT_TRUE(refused(R"({"history":["a"],"attention":[1],"effects":[[1,2]]})"));
  EXPECT_TRUE(refused(R"({"history":["a"],"attention":[1e300],"effects":[]})"));
  EXPECT_TRUE(refused(R"({"history":[""],"attention":[1],"effects":[]})"));
  Explanation large{.history = std::vector<std::string>(kMaxExplainedHistory + 1, "a"),
                    .attention = std::vector<float>(kMaxExplainedHistory + 1)};
  std::string json;
  append_json(json, large);
  EXPECT_TRUE(refused(json));
}

}  // namespace
}  // namespace sasrec::bus
