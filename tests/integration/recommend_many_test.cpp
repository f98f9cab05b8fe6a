#include <sstream>

#include "integration/sasrec_fixture.hpp"

namespace sasrec::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class RecommendMany : public HistoriesTest {};

TEST_F(RecommendMany, KeepsTheOrderOfTheFileWhateverTheThreads) {
  std::string text;
  constexpr int kUsers = 9000;  // three chunks
  for (int user = 0; user < kUsers; ++user) {
    text +=
        "{\"user\":\"u" + std::to_string(user) + "\",\"history\":[\"item-" + std::to_string(1 + user % 12) + "\"]}\n";
  }
  const auto path = file("many.jsonl", text);
  const auto on_four = output(command(path, {"--json", "--threads", "4"}));
  EXPECT_EQ(on_four, output(command(path, {"--json", "--threads", "1"})));
  std::istringstream lines(on_four);
  std::string line;
  for (int user = 0; user < kUsers; ++user) {
    ASSERT_TRUE(std::getline(lines, line));
    ASSERT_THAT(line, testing::StartsWith("{\"user\":\"u" + std::to_string(user) + "\","));
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(RecommendMany, StopsAtTheFirstWrongLineWhenStrict) {
  const auto path = file("users.jsonl", "{\"user\":\"ann\",\"history\":[]}\noops\n{\"user\":\"bob\",\"history\":[]}\n");
  const auto finished = sasrec(command(path, {"--json", "--strict"}));
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(documents(finished.out), SizeIs(1));
  EXPECT_THAT(finished.err, HasSubstr("line 2"));
}

TEST_F(RecommendMany, FailsWhenNothingCouldBeAnswered) {
  EXPECT_EQ(sasrec(command(file("users.jsonl", "{\"user\":1}\n{}\n"))).exit_code, 1);
  expect_error(command(file("empty.jsonl", "")), 1, "empty");
}

TEST_F(RecommendMany, ShowsTablesToPeople) {
  const auto path = file("users.jsonl", "{\"user\":\"ann\",\"history\":[]}\n");
  EXPECT_EQ(output(command(path)),
            "user ann (popular)\n"
            "rank  item     score\n"
            "   1  item-12     12\n"
            "   2  item-11     11\n"
            "   3  item-10     10\n"
            "\n");
}

}  // namespace
}  // namespace sasrec::test
