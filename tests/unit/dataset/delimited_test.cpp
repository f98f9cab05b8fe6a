#include "dataset/delimited.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sasrec::dataset {
namespace {

using testing::ElementsAre;

TEST(DelimitedSplitter, SplitsPlainFields) {
  DelimitedSplitter splitter(',');
  EXPECT_EQ(splitter.split("a,b c,,d"), "");
  EXPECT_THAT(splitter.fields(), ElementsAre("a", "b c", "", "d"));
  EXPECT_EQ(splitter.split("a,"), "");
  EXPECT_THAT(splitter.fields(), ElementsAre("a", ""));
}

TEST(DelimitedSplitter, UnquotesAsInRfc4180) {
  DelimitedSplitter splitter(',');
  EXPECT_EQ(splitter.split(R"("a,b","say ""hi""","",x)"), "");
  EXPECT_THAT(splitter.fields(), ElementsAre("a,b", "say \"hi\"", "", "x"));
  EXPECT_EQ(splitter.split("\"two\nlines\",\"\"\"\""), "");
  EXPECT_THAT(splitter.fields(), ElementsAre("two\nlines", "\""));
}

TEST(DelimitedSplitter, AQuoteInsideAPlainFieldIsAnOrdinaryCharacter) {
  DelimitedSplitter splitter('\t');
  EXPECT_EQ(splitter.split("12\" record\tb"), "");
  EXPECT_THAT(splitter.fields(), ElementsAre("12\" record", "b"));
}

TEST(DelimitedSplitter, RefusesQuotesThatMakeNoSense) {
  DelimitedSplitter splitter(',');
  EXPECT_EQ(splitter.split("a,\"b"), "opens a quote and does not close it");
  EXPECT_EQ(splitter.split("a,\"b\"c,d"), "has text after a closing quote");
}

TEST(RecordEnd, IsTheLineEndOutsideQuotes) {
  EXPECT_EQ(record_end("a,b\nc", ','), 3U);
  EXPECT_EQ(record_end("a,\"b\nc\"\nd", ','), 7U);
  EXPECT_EQ(record_end("a,\"b\nc\"\r\nd", ','), 8U);
  EXPECT_EQ(record_end("a,\"b\"\"\nc\"\nd", ','), 9U);
}

TEST(RecordEnd, IsNotThereWhileAQuoteIsOpen) {
  EXPECT_EQ(record_end("a,b", ','), std::string_view::npos);
  EXPECT_EQ(record_end("a,\"b\n", ','), std::string_view::npos);
  EXPECT_EQ(record_end("a,\"b\"", ','), std::string_view::npos);  // the next byte may double the quote
}

TEST(RecordEnd, IsTheFirstLineIfItsQuotesMakeNoSense) {
  EXPECT_EQ(record_end("\"a\nb\"c\nd\n", ','), 2U);
}

TEST(SplitBlanks, TakesRunsAsOne) {
  std::vector<std::string_view> fields;
  split_blanks("  a \t b ", fields);
  EXPECT_THAT(fields, ElementsAre("a", "b"));
  split_blanks(" ", fields);
  EXPECT_THAT(fields, ElementsAre());
}

TEST(SplitDoubleColons, LeavesSingleColonsAlone) {
  std::vector<std::string_view> fields;
  split_double_colons("1::Alien: Part 1::", fields);
  EXPECT_THAT(fields, ElementsAre("1", "Alien: Part 1", ""));
}

}  // namespace
}  // namespace sasrec::dataset
