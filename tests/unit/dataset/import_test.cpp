#include "dataset/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "unit/dataset/text_file.hpp"

namespace sasrec::dataset {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;

using Row = std::tuple<std::string, std::string, std::int64_t>;

Import imported(std::string_view content, const ImportOptions& options = {}, const std::string& name = "log.txt") {
  const TextFile file(content, name);
  auto import = import_interactions(file.path(), options);
  EXPECT_TRUE(import) << import.error().message;
  return import ? std::move(*import) : Import{};
}

base::Error import_error(std::string_view content, const ImportOptions& options = {},
                         const std::string& name = "log.txt") {
  const TextFile file(content, name);
  const auto import = import_interactions(file.path(), options);
  EXPECT_FALSE(import);
  return import ? base::Error{} : import.error();
}

std::vector<Row> rows_of(const InteractionLog& log) {
  std::vector<Row> rows;
  for (const auto& interaction : log.interactions) {
    rows.emplace_back(log.users[interaction.user], log.items[interaction.item.value], interaction.time);
  }
  return rows;
}

TEST(ImportInteractions, ReadsMovieLensDat) {
  const auto import =
      imported("1::1193::5::978300760\n2::661::3::978302109\n1::661::4::978300760\n", {}, "ratings.dat");
  EXPECT_EQ(import.report.format, "movielens-dat");
  EXPECT_TRUE(import.log.timed);
  EXPECT_THAT(rows_of(import.log),
              ElementsAre(Row("1", "1193", 978300760), Row("2", "661", 978302109), Row("1", "661", 978300760)));
  EXPECT_THAT(import.log.users, ElementsAre("1", "2"));
}

TEST(ImportInteractions, ReadsMovieLensCsvCompressedOrNot) {
  const std::string text = "userId,movieId,rating,timestamp\r\n1,31,2.5,1260759144\r\n7,10,3.0,851866703\r\n";
  for (const auto& content : {text, gzipped(text)}) {
    const auto import = imported(content);
    EXPECT_EQ(import.report.format, "csv");
    EXPECT_THAT(rows_of(import.log), ElementsAre(Row("1", "31", 1260759144), Row("7", "10", 851866703)));
  }
}

TEST(ImportInteractions, FindsColumnsByUsualNamesWithoutCase) {
  EXPECT_THAT(rows_of(imported("TIMESTAMP,ItemID,event,visitorid\n5,i,view,u\n").log), ElementsAre(Row("u", "i", 5)));
  EXPECT_THAT(rows_of(imported("User ID\tProduct-Id\tTs\nu\ti\t5\n").log), ElementsAre(Row("u", "i", 5)));
  EXPECT_THAT(rows_of(imported("id,user,user_id,item\n1,name,u,i\n").log), ElementsAre(Row("u", "i", 0)));
}

TEST(ImportInteractions, TakesColumnsByGivenNames) {
  const ImportOptions options{.columns = {.user = "Who", .item = "what", .time = "when"}};
  EXPECT_THAT(rows_of(imported("user,who,what,when\nx,u,i,2000-07-30\n", options).log),
              ElementsAre(Row("u", "i", 964915200)));
}

TEST(ImportInteractions, ReadsJsonLines) {
  const auto import = imported(
      "{\"user\": \"u\", \"item\": 17, \"time\": 5.5, \"tags\": [1, {\"a\": null}]}\n"
      "{\"ts\": \"2000-07-30T18:45:03Z\", \"item_id\": \"i\", \"user_id\": 18446744073709551615}\r\n"
      "{\"user\":\"caf\\u00e9 \\\"x\\\"\",\"item\":\"Мир\",\"time\":1}");
  EXPECT_EQ(import.report.format, "jsonl");
  EXPECT_THAT(rows_of(import.log),
              ElementsAre(Row("u", "17", 5), Row("18446744073709551615", "i", 964982703), Row("café \"x\"", "Мир", 1)));
}

TEST(ImportInteractions, TellsWhatIsWrongWithAJsonRow) {
  const auto import = imported(
      "{\"user\":\"u\",\"item\":\"i\"}\n{\"user\":\"u\"\n[1]\n{\"user\":\"u\"}\n{\"user\":1.5,\"item\":2}\n"
      "{\"user\":\"u\",\"item\":null}\n{\"user\":true,\"item\":2}\n{\"user\":\"u\",\"item\":\"i\"} x\n",
      {.columns = {}, .max_shown_problems = 100});
  EXPECT_EQ(import.report.rows, 8U);
  EXPECT_EQ(import.report.rejected, 7U);
  std::vector<std::string> reasons;
  for (const auto& problem : import.report.problems) reasons.push_back(problem.reason);
  EXPECT_THAT(reasons, ElementsAre(HasSubstr("is not JSON"), "is not a JSON object", "has no item",
                                   "user \"1.5\" is not a string or a whole number", "has no item",
                                   "user \"true\" is not a string or a whole number", HasSubstr("is not JSON")));
}

TEST(ImportInteractions, ReadsPairsInFileOrder) {
  const auto import = imported("1 1\n1\t2\n2  1\n1 1\n");
  EXPECT_EQ(import.report.format, "pairs");
  EXPECT_FALSE(import.log.timed);
  EXPECT_THAT(rows_of(import.log), ElementsAre(Row("1", "1", 0), Row("1", "2", 0), Row("2", "1", 0), Row("1", "1", 0)));
  EXPECT_EQ(import.report.duplicates, 0U);
  EXPECT_THAT(rows_of(imported("user item\n1 2\n").log), ElementsAre(Row("1", "2", 0)));
}

TEST(ImportInteractions, KeepsIdsByteByByte) {
  const auto import = imported("user,item\n\"u, \"\"1\"\"\",caf\xE9\n Мир ,it's\n");
  EXPECT_THAT(rows_of(import.log), ElementsAre(Row("u, \"1\"", "caf\xE9", 0), Row(" Мир ", "it's", 0)));
  EXPECT_THAT(rows_of(imported("{\"user\":\"caf\xE9\",\"item\":\"i\"}\n").log), ElementsAre(Row("caf\xE9", "i", 0)));
}

TEST(ImportInteractions, CountsWrongRowsAndShowsTheFirst) {
  const auto import =
      imported("userId,movieId,timestamp\n1,10,100\n1,11,noon\n,12,100\n1,13\n1,14,5,6\n1,15,\n1,16,200\n" +
                   std::string(300, 'u') + ",17,200\n\"1\"x,18,200\n",
               {.columns = {}, .max_shown_problems = 3});
  EXPECT_EQ(import.report.rows, 9U);
  EXPECT_EQ(import.report.rejected, 7U);
  ASSERT_EQ(import.report.problems.size(), 3U);
  EXPECT_EQ(import.report.problems[0].line, 3U);
  EXPECT_THAT(import.report.problems[0].reason, HasSubstr("timestamp \"noon\" is not a time"));
  EXPECT_EQ(import.report.problems[1].line, 4U);
  EXPECT_EQ(import.report.problems[1].reason, "userId \"\" is empty");
  EXPECT_EQ(import.report.problems[2].reason, "has 2 fields, expected are 3");
  EXPECT_THAT(rows_of(import.log), ElementsAre(Row("1", "10", 100), Row("1", "16", 200)));
  EXPECT_THAT(import.log.items, ElementsAre("10", "16"));  // a wrong row leaves no trace
}

TEST(ImportInteractions, ShortensLongValuesInReasons) {
  const auto import = imported("user item\n1 2\n" + std::string(100'000, 'u') + " 3\n");
  ASSERT_EQ(import.report.problems.size(), 1U);
  EXPECT_EQ(import.report.problems[0].reason, "user \"" + std::string(40, 'u') + "…\" is longer than 256 bytes");
}

TEST(ImportInteractions, StrictEndsAtTheFirstWrongRow) {
  const auto error = import_error("user,item,time\n1,2,3\n1,2,x\n1,\n", {.columns = {}, .strict = true});
  EXPECT_EQ(error.code, ErrorCode::kInvalidInput);
  EXPECT_THAT(error.message, HasSubstr("line 3: time \"x\" is not a time"));
}

TEST(ImportInteractions, ARowOfAbsurdLengthIsOneWrongRow) {
  const auto import = imported("1 2\n" + std::string(std::size_t{3} << 20, 'x') + "\n1 3\n");
  EXPECT_EQ(import.report.rejected, 1U);
  EXPECT_THAT(import.report.problems[0].reason, HasSubstr("longer than 1 MiB"));
  EXPECT_EQ(import.log.interactions.size(), 2U);
}

TEST(ImportInteractions, DropsExactDuplicatesOfTimedLogs) {
  const auto import = imported("user,item,time\n1,a,5\n1,b,5\n1,a,5\n1,a,6\n2,a,5\n1,a,5\n");
  EXPECT_EQ(import.report.duplicates, 2U);
  EXPECT_THAT(rows_of(import.log), ElementsAre(Row("1", "a", 5), Row("1", "b", 5), Row("1", "a", 6), Row("2", "a", 5)));
}

TEST(ImportInteractions, FindsDuplicatesAsASearchThroughAllRowsDoes) {
  std::mt19937 random(7);
  std::string text = "user,item,time\n";
  std::vector<Row> expected;
  for (int row = 0; row < 3000; ++row) {
    const auto number = [&](unsigned below) {
      return std::to_string(random() % below);
    };
    const Row fields(number(20), number(20), std::stoi(number(5)));
    text += fmt::format("{},{},{}\n", std::get<0>(fields), std::get<1>(fields), std::get<2>(fields));
    if (std::ranges::find(expected, fields) == expected.end()) expected.push_back(fields);
  }
  const auto import = imported(text);
  EXPECT_EQ(rows_of(import.log), expected);
  EXPECT_EQ(import.report.duplicates, 3000 - expected.size());
}

TEST(ImportInteractions, AllRowsHaveATimeOrNone) {
  const auto import = imported("{\"user\":1,\"item\":2,\"time\":3}\n{\"user\":1,\"item\":3}\n");
  EXPECT_TRUE(import.log.timed);
  ASSERT_EQ(import.report.problems.size(), 1U);
  EXPECT_EQ(import.report.problems[0].reason, "has no time");
}

TEST(ImportInteractions, NamesTheColumnThatIsMissingAndThoseThereAre) {
  const auto error = import_error("userId,rating,timestamp\n1,2,3\n");
  EXPECT_EQ(error.code, ErrorCode::kInvalidInput);
  EXPECT_THAT(error.message, HasSubstr("there is no item column"));
  EXPECT_THAT(error.message, HasSubstr("\"userId\", \"rating\", \"timestamp\""));
  EXPECT_THAT(error.message, HasSubstr("--item-column"));
  const auto named = import_error("user,item\n1,2\n", {.columns = {.user = "", .item = "", .time = "when"}});
  EXPECT_THAT(named.message, HasSubstr("there is no column \"when\" (for the time)"));
}

TEST(ImportInteractions, RefusesALogWithoutAUsableRow) {
  EXPECT_THAT(import_error("").message, HasSubstr("is empty"));
  EXPECT_THAT(import_error("user,item\n").message, HasSubstr("has a header but no rows"));
  const auto error = import_error("user,item,time\n1,2,x\n1,3,y\n");
  EXPECT_EQ(error.code, ErrorCode::kInvalidInput);
  EXPECT_THAT(error.message, HasSubstr("none of its 2 rows is usable; line 2: time \"x\""));
  EXPECT_THAT(import_error("just some prose here\n").message, HasSubstr("has 4 fields, expected are 2"));
}

TEST(ImportInteractions, ReadsManyInteractionsOfOneUser) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += fmt::format("u {}\n", i % 1000);
  const auto import = imported(text);
  EXPECT_EQ(import.log.interactions.size(), 10'000U);
  EXPECT_EQ(import.log.users.size(), 1U);
  EXPECT_EQ(import.log.items.size(), 1000U);
}

TEST(ImportInteractions, TimesInTheFutureOrBefore1970AreLeftOutAndCounted) {
  const ImportOptions options{.now = base::parse_time("2026-11-22T15:30:00Z").value()};
  const std::string text =
      "user,item,time\nu,a,2026-11-22 16:00:00\nu,b,2199-01-01\nu,c,-5\nu,d,1795361400\nu,e,4102444800000\n";
  const auto import = imported(text, options);
  EXPECT_THAT(rows_of(import.log), ElementsAre(Row{"u", "a", 1'795'363'200}, Row{"u", "d", 1'795'361'400}));
  EXPECT_EQ(import.report.rejected, 3U);
  ASSERT_EQ(import.report.problems.size(), 3U);
  EXPECT_EQ(import.report.problems[0].line, 3U);
  EXPECT_THAT(
      import.report.problems[0].reason,
      HasSubstr("time \"2199-01-01\" is 2199-01-01T00:00:00Z, more than an hour later than the server's clock"));
  EXPECT_THAT(import.report.problems[1].reason, HasSubstr("is not in the years 1970 to 2199"));
  auto strict = options;
  strict.strict = true;
  EXPECT_THAT(import_error(text, strict).message, HasSubstr("line 3: time \"2199-01-01\""));
}

}  // namespace
}  // namespace sasrec::dataset
