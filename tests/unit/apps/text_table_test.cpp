#include "apps/text_table.hpp"

#include <gtest/gtest.h>

namespace sasrec::apps {
namespace {

TEST(TextTable, AlignsColumnsByCharactersNotBytes) {
  TextTable table({{"item"}, {"score", Align::kRight}, {"title"}});
  table.add_row({"Зя", "12.5", "one"});
  table.add_row({"long one", "3", ""});
  EXPECT_EQ(table.text(),
            "item      score  title\n"
            "Зя         12.5  one\n"
            "long one      3\n");
}

TEST(TextTable, HasNoTitleLineWithoutTitles) {
  TextTable table({{""}, {""}});
  table.add_row({"a", "1"});
  EXPECT_EQ(table.text(), "a  1\n");
}

}  // namespace
}  // namespace sasrec::apps
