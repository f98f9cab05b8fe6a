// Interactions come in by HTTP, by Kafka and by files. What a time or an id may be is the same at each: one table, held
// against all of them.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "bus/codec.hpp"
#include "dataset/import.hpp"
#include "http/bodies/interaction_body.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::http {
namespace {

using testing::HasSubstr;

const base::Time kNow = base::parse_time("2026-11-22T15:30:00Z").value();

/// What a door made of an interaction: its time and ids, or why it was refused.
struct Outcome {
  std::optional<base::Time> time;
  std::string user;
  std::string item;
  std::string problem;
};

Outcome by_http(const std::string& interaction) {
  const auto decoded = decode_interactions("{\"interactions\":[" + interaction + "]}", "", kNow);
  if (!decoded) return {.problem = decoded.error().detail};
  return {.time = decoded->front().time, .user = decoded->front().user, .item = decoded->front().item};
}

Outcome by_kafka(const std::string& interaction) {
  const auto decoded = bus::decode_interactions({{.topic = bus::Topic::kInteractions, .value = interaction}, {}}, kNow);
  if (!decoded) return {.problem = decoded.error().message};
  const auto& row = decoded->rows.front();
  return {.time = row.time, .user = row.user, .item = row.item};
}

/// A file has one right row before the one in question, so that it is never empty.
Outcome by_file(const std::string& text, const std::string& name) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / name;
  std::ofstream(path) << text;
  const auto import = dataset::import_interactions(path, {.now = kNow});
  if (!import) return {.problem = import.error().message};
  if (import->report.rejected > 0) return {.problem = import->report.problems.front().reason};
  const auto& log = import->log;
  const auto& row = log.interactions.back();
  return {.time = base::Time(std::chrono::seconds(row.time)),
          .user = log.users[row.user],
          .item = log.items[row.item.value]};
}

Outcome by_json_lines(const std::string& interaction) {
  return by_file("{\"user\":\"first\",\"item\":\"i\",\"time\":1}\n" + interaction + "\n", "log.jsonl");
}

struct TimeCase {
  std::string json;
  std::string moment;   ///< what it means, as format_time writes it; empty: it is refused
  std::string problem;  ///< part of the reason
};

const std::vector<TimeCase>& times() {
  static const std::vector<TimeCase> cases{
      {R"("2026-01-02T03:04:05Z")", "2026-01-02T03:04:05Z", ""},
      {R"("2026-01-02T03:04:05.25+01:00")", "2026-01-02T02:04:05.250Z", ""},
      {R"("2026-01-02T03:04:05")", "2026-01-02T03:04:05Z", ""},
      {R"("2026-01-02 03:04:05")", "2026-01-02T03:04:05Z", ""},
      {R"("2026-01-02 03:04:05.123456Z")", "2026-01-02T03:04:05.123456Z", ""},
      {R"("2026-01-02")", "2026-01-02T00:00:00Z", ""},
      {"0", "1970-01-01T00:00:00Z", ""},
      {"1767323045", "2026-01-02T03:04:05Z", ""},
      {"1767323045.25", "2026-01-02T03:04:05.250Z", ""},
      {"1.767323045e9", "2026-01-02T03:04:05Z", ""},
      {R"("1767323045")", "2026-01-02T03:04:05Z", ""},
      {R"("1767323045.25")", "2026-01-02T03:04:05.250Z", ""},
      {"1767323045250", "2026-01-02T03:04:05.250Z", ""},
      {"1767323045250.5", "2026-01-02T03:04:05.250500Z", ""},
      {R"("1767323045250")", "2026-01-02T03:04:05.250Z", ""},
      {"1767323045250500", "2026-01-02T03:04:05.250500Z", ""},
      {"1767323045250500999", "2026-01-02T03:04:05.250500Z", ""},
      {R"("2026-11-22T16:30:00Z")", "2026-11-22T16:30:00Z", ""},
      {R"("2026-11-22T16:30:00.000001Z")", "",
       "more than an hour later than the server's clock, which shows 2026-11-22"},
      {R"("2199-01-01")", "", "more than an hour later"},
      {"4102444800000", "", "more than an hour later"},
      {R"("2200-01-01T00:00:00Z")", "", "1970 to 2199"},
      {"99999999999", "", "1970 to 2199"},
      {"-1", "", "1970 to 2199"},
      {R"("1969-12-31T23:59:59Z")", "", "1970 to 2199"},
      {"1e300", "", "a time"},
      {R"("yesterday")", "", "a time"},
      {R"("02.01.2026")", "", "a time"},
  };
  return cases;
}

std::string with_time(const std::string& json) {
  return fmt::format(R"({{"user":"u","item":"i","time":{}}})", json);
}

/// `door` keeps moments to `precision`.
template <class Precision>
void expect_time(const TimeCase& expected, const Outcome& outcome, const char* door) {
  SCOPED_TRACE(fmt::format("{} by {}", expected.json, door));
  if (expected.moment.empty()) {
    EXPECT_FALSE(outcome.time);
    EXPECT_THAT(outcome.problem, HasSubstr(expected.problem));
    return;
  }
  ASSERT_TRUE(outcome.time) << outcome.problem;
  EXPECT_EQ(*outcome.time, std::chrono::floor<Precision>(base::parse_time(expected.moment).value()));
}

TEST(EveryDoor, ReadsTimesByTheSameRule) {
  using std::chrono::microseconds;
  using std::chrono::seconds;
  for (const auto& expected : times()) {
    expect_time<microseconds>(expected, by_http(with_time(expected.json)), "HTTP");
    expect_time<microseconds>(expected, by_kafka(with_time(expected.json)), "Kafka");
    // A log keeps whole seconds.
    expect_time<seconds>(expected, by_json_lines(with_time(expected.json)), "JSON Lines");
    auto text = expected.json;
    std::erase(text, '"');
    expect_time<seconds>(expected, by_file("user,item,time\nfirst,i,1\nu,i," + text + "\n", "log.csv"), "CSV");
  }
}

struct IdCase {
  std::string json;
  std::string text;  ///< empty: it is refused
};

TEST(EveryDoor, TakesIdsThatAreNumbersAsTheirDigits) {
  for (const auto& [json, text] : std::vector<IdCase>{{R"("42")", "42"},
                                                      {"42", "42"},
                                                      {"-7", "-7"},
                                                      {"9007199254740993", "9007199254740993"},
                                                      {"18446744073709551615", "18446744073709551615"},
                                                      {"18446744073709551616", ""},
                                                      {"1e3", ""},
                                                      {"1.5", ""},
                                                      {"1.0", ""},
                                                      {"true", ""}}) {
    for (const char* field : {"user", "item"}) {
      const bool user = std::string_view(field) == "user";
      const auto interaction = fmt::format(R"({{"{}":{},"{}":"x","time":1}})", field, json, user ? "item" : "user");
      for (const auto& [door, outcome] :
           {std::pair("HTTP", by_http(interaction)), std::pair("Kafka", by_kafka(interaction)),
            std::pair("JSON Lines", by_json_lines(interaction))}) {
        SCOPED_TRACE(fmt::format("{} {} by {}", field, json, door));
        if (text.empty()) {
          EXPECT_FALSE(outcome.time);
          EXPECT_THAT(outcome.problem, testing::AllOf(HasSubstr(field), HasSubstr("whole number")));
        } else {
          EXPECT_EQ(user ? outcome.user : outcome.item, text) << outcome.problem;
        }
      }
    }
  }
}

}  // namespace
}  // namespace sasrec::http
