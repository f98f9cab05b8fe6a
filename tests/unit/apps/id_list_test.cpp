#include "apps/id_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace sasrec::apps {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> ids(std::string_view text) {
  const auto parsed = parse_id_list(text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed.value_or(std::vector<std::string>{});
}

std::string problem(std::string_view text) {
  const auto parsed = parse_id_list(text);
  return parsed ? "it was taken" : parsed.error().message;
}

TEST(IdList, IsSeparatedByCommas) {
  EXPECT_THAT(ids("a,b,c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(ids(" a b ,\tc "), ElementsAre("a b", "c"));
  EXPECT_THAT(ids("say \"hi\""), ElementsAre("say \"hi\""));  // a quote inside is a character like any other
  EXPECT_THAT(ids(""), IsEmpty());
  EXPECT_THAT(ids(" \t"), IsEmpty());
}

TEST(IdList, QuotesKeepCommasSpacesAndQuotes) {
  EXPECT_THAT(ids(R"("a,b", c)"), ElementsAre("a,b", "c"));
  EXPECT_THAT(ids(R"( " padded " ,x)"), ElementsAre(" padded ", "x"));
  EXPECT_THAT(ids(R"("say ""hi""")"), ElementsAre("say \"hi\""));
}

TEST(IdList, SaysWhatIsWrong) {
  EXPECT_EQ(problem("a,,b"), "item 2 of the list is empty");
  EXPECT_EQ(problem("a,"), "item 2 of the list is empty");
  EXPECT_EQ(problem("\"a"), "opens a quote and does not close it");
  EXPECT_EQ(problem("\"a\"b"), "has text after a closing quote");
  EXPECT_EQ(problem("a,b\x01"), "item 2 of the list holds a control character");
}

}  // namespace
}  // namespace sasrec::apps
