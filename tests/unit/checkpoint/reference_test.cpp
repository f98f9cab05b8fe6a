#include "checkpoint/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace sasrec::checkpoint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

base::Result<Reference> read(const std::string& json, std::size_t items) {
  return read_reference(boost::json::parse(json).as_object(), items);
}

TEST(Reference, IsWrittenByteForByteAsItWasRead) {
  const std::string text =
      R"({"item_counts":[5,0],"history_lengths":[0,4],"drift":{"format":1,"features":{"kind":{"windows":[[3,1],[2,2]]}}}})";
  const auto reference = read(text, 2);
  ASSERT_TRUE(reference);
  EXPECT_THAT(reference->item_counts, ElementsAre(5, 0));
  EXPECT_THAT(reference->history_lengths, ElementsAre(0, 4));
  EXPECT_THAT(reference->drift, ElementsAre(FeatureWindows{"kind", {{3, 1}, {2, 2}}}));
  EXPECT_EQ(boost::json::serialize(to_json(*reference)), text);
}

TEST(Reference, OfAnOlderVersionMayLackEveryPart) {
  const auto reference = read("{}", 2);
  ASSERT_TRUE(reference);
  EXPECT_EQ(*reference, (Reference{.item_counts = {0, 0}, .history_lengths = {}, .drift = {}}));
}

TEST(Reference, CountsThatMakeNoSenseAreRefused) {
  for (const auto* const counts :
       {"3", "[1]", "[1,2,3]", "[1,-2]", "[1,2.5]", "[1,\"2\"]", "[1,null]", "[1,4294967296]"}) {
    const auto reference = read(std::string(R"({"item_counts":)") + counts + "}", 2);
    ASSERT_FALSE(reference) << counts;
    EXPECT_EQ(reference.error().code, base::ErrorCode::kCorrupt);
    EXPECT_THAT(reference.error().message, HasSubstr("item_counts"));
  }
}

TEST(Reference, WhatIsWrongInTheRestIsLeftOut) {
  for (const auto* const rest : {R"({"history_lengths":3,"drift":[]})", R"({"history_lengths":[1,"x"],"drift":3})",
                                 R"({"drift":{"format":2,"features":{"kind":{"windows":[[1]]}}}})"}) {
    const auto reference = read(rest, 0);
    ASSERT_TRUE(reference) << rest;
    EXPECT_THAT(reference->history_lengths, IsEmpty()) << rest;
    EXPECT_THAT(reference->drift, IsEmpty()) << rest;
  }
}

}  // namespace
}  // namespace sasrec::checkpoint
