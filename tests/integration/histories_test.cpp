#include "integration/sasrec_fixture.hpp"

namespace sasrec::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

class Histories : public HistoriesTest {};

TEST_F(Histories, AreAnsweredOneDocumentALine) {
  const auto path = file("users.jsonl",
                         "{\"user\":\"ann\",\"history\":[\"item-1\",\"item-2\"]}\n"
                         "{\"user\":\"bob\",\"history\":[]}\n"
                         "{\"user\":3,\"history\":[\"who\",\"item-4\"]}\n");
  const auto answers = documents(output(command(path, {"--json"})));
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_EQ(answers[0].at("user").as_string(), "ann");
  EXPECT_EQ(answers[0].at("source").as_string(), "model");
  EXPECT_EQ(answers[0].at("model").as_string(), version());
  EXPECT_THAT(items_of(answers[0]), SizeIs(3));
  EXPECT_EQ(answers[1].at("source").as_string(), "popular");
  EXPECT_EQ(answers[2].at("user").as_string(), "3");
  EXPECT_EQ(answers[2].at("unknown_items").as_int64(), 1);

  auto single = document({"recommend", "--model", checkpoints(), "--history", "item-1,item-2", "-k", "3"});
  EXPECT_EQ(answers[0].at("items"), single.at("items"));
}

TEST_F(Histories, ReportWrongLinesInTheirPlace) {
  const auto path = file("users.jsonl",
                         "{\"user\":\"ann\",\"history\":[\"item-1\"]}\n"
                         "oops\n"
                         "\n"
                         "{\"user\":\"bob\"}\n"
                         "{\"history\":[]}\n"
                         "{\"user\":\"\",\"history\":[]}\n"
                         "{\"user\":\"cy\",\"history\":[\"item-1\",{}]}\n"
                         "{\"user\":\"dee\",\"history\":[\"item-1\"]}\n");
  const auto finished = sasrec(command(path, {"--json"}));
  EXPECT_EQ(finished.exit_code, 0);
  const auto answers = documents(finished.out);
  ASSERT_THAT(answers, SizeIs(7));
  const auto error = [&](std::size_t n) {
    return std::string(answers[n].at("error").as_string());
  };
  EXPECT_THAT(error(1), HasSubstr("line 2: not JSON"));
  EXPECT_TRUE(answers[1].at("user").is_null());
  EXPECT_EQ(error(2), "line 4: \"history\" is missing");
  EXPECT_EQ(answers[2].at("user").as_string(), "bob");
  EXPECT_EQ(error(3), "line 5: \"user\" is missing");
  EXPECT_EQ(error(4), "line 6: \"user\" is empty");
  EXPECT_EQ(error(5), "line 7: history[1] must be a string");
  EXPECT_EQ(answers[6].at("user").as_string(), "dee");
  EXPECT_THAT(finished.err, AllOf(HasSubstr("line 2: not JSON"), HasSubstr("5 of 7 lines were wrong")));
}

TEST_F(Histories, SkipALineThatIsTooLong) {
  std::string ids;
  for (int n = 0; n < 200'000; ++n) ids += "\"item-1\",";
  const auto path = file("users.jsonl", "{\"user\":\"ann\",\"history\":[" + ids +
                                            "\"item-1\"]}\n{\"user\":\"bob\",\"history\":[\"item-1\"]}\n");
  const auto answers = documents(output(command(path, {"--json"})));
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(answers[0].at("error").as_string(), "line 1: longer than 1 MiB");
  EXPECT_EQ(answers[1].at("user").as_string(), "bob");
}

TEST_F(Histories, MayComeFromALogOfInteractions) {
  const auto path = file("log.csv",
                         "user,item,time\n"
                         "bob,item-2,20\n"
                         "ann,item-9,5\n"
                         "bob,item-1,10\n"
                         "broken\n");
  const auto finished = sasrec(command(path, {"--json"}));
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.err, HasSubstr("line 5"));
  const auto answers = documents(finished.out);
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(answers[0].at("user").as_string(), "bob");  // first seen, first answered
  EXPECT_EQ(answers[1].at("user").as_string(), "ann");
  const auto single = document({"recommend", "--model", checkpoints(), "--history", "item-1,item-2", "-k", "3"});
  EXPECT_EQ(answers[0].at("items"), single.at("items"));  // by time, not by line
}

TEST_F(Histories, TakeNamedColumns) {
  const auto path = file("log.csv", "who,what\nann,item-1\n");
  EXPECT_THAT(output(command(path, {"--json", "--user-column", "who", "--item-column", "what"})), HasSubstr("\"ann\""));
  expect_error(command(path, {"--user-column", "whom"}), 1, "whom");
}

TEST_F(Histories, OfOneUserMayBeAMillionItemsLong) {
  std::string text;
  for (int n = 0; n < 1'000'000; ++n) text += "ann item-" + std::to_string(1 + n % 3) + '\n';
  const auto answers = documents(output(command(file("long.txt", text), {"--json"})));
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_THAT(items_of(answers[0]), SizeIs(3));
}

}  // namespace
}  // namespace sasrec::test
