#include "dataset/format.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace sasrec::dataset {
namespace {

constexpr std::array<std::string_view, 2> kUserNames{"userid", "user"};
constexpr std::array<std::string_view, 2> kItemNames{"itemid", "item"};
const std::array<Column, 2> kColumns{Column{.label = "user", .usual_names = kUserNames},
                                     Column{.label = "item", .usual_names = kItemNames}};

Format detect(std::string_view head, const char* name = "log.txt") {
  return detect_format(head, name, kColumns);
}

struct Sample {
  const char* head;
  const char* name;
  FormatKind expected;
};

class DetectFormat : public testing::TestWithParam<Sample> {};

TEST_P(DetectFormat, TellsTheKind) {
  EXPECT_EQ(to_string(detect(GetParam().head, GetParam().name).kind), to_string(GetParam().expected))
      << GetParam().name << ": " << GetParam().head;
}

INSTANTIATE_TEST_SUITE_P(
    ByContentAndName, DetectFormat,
    testing::Values(Sample{"1::2::3::4\n", "log", FormatKind::kMovieLensDat},
                    Sample{"user_id,item_id\n1,2\n", "log", FormatKind::kCsv},
                    Sample{"\"User ID\";\"Item ID\"\n", "log", FormatKind::kCsv},
                    Sample{"user_id:token\titem_id:token\n", "log.inter", FormatKind::kTsv},
                    Sample{"  {\"user\":1}\n", "log", FormatKind::kJsonLines},
                    Sample{"nonsense", "log.jsonl.gz", FormatKind::kJsonLines},
                    Sample{"1 2\r\n", "log", FormatKind::kPairs}, Sample{"1\t2\n", "log", FormatKind::kPairs},
                    Sample{"a\tb\n", "log.TSV.gz", FormatKind::kTsv}, Sample{"a\n1\n", "log.csv", FormatKind::kCsv},
                    Sample{"a\tb\tc\n", "log", FormatKind::kTsv}, Sample{"a b,c d\n", "log", FormatKind::kCsv},
                    Sample{"\n\n1 2\n", "log", FormatKind::kPairs}));

TEST(DetectFormat, TellsTheDelimiter) {
  EXPECT_EQ(detect("user,item\n").delimiter, ',');
  EXPECT_EQ(detect("user;item\n").delimiter, ';');
  EXPECT_EQ(detect("user\titem,extra\n").delimiter, '\t');
}

TEST(DetectFormat, SeesAHeaderAboveBlankSeparatedPairs) {
  EXPECT_TRUE(detect("User Item\n1 2\n").has_header);
  EXPECT_FALSE(detect("alice item\n").has_header);
}

}  // namespace
}  // namespace sasrec::dataset
