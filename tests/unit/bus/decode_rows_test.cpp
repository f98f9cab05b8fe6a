#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bus/codec.hpp"
#include "unit/bus/sample_messages.hpp"

namespace sasrec::bus {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

std::string with(const std::string& text, const std::string& name, const std::string& value) {
  const auto begin = text.find("\"" + name + "\":");
  EXPECT_NE(begin, std::string::npos) << name;
  auto end = begin + name.size() + 3;
  const char open = text[end];
  if (open == '[' || open == '{') {
    end = text.find(open == '[' ? ']' : '}', end) + 1;
  } else {
    end = text.find_first_of(",}", end);
  }
  return text.substr(0, begin) + "\"" + (value.empty() ? "x-" + name : name) + "\":" + (value.empty() ? "0" : value) +
         text.substr(end);
}

struct Wrong {
  const char* field;
  const char* value;  ///< empty: the field is missing
  const char* reason;
};

TEST(DecodeRows, GoldenInteractionsAreRead) {
  const Record record{golden(Topic::kInteractions, "interactions.json"), {.partition = 3, .offset = 77}};
  const auto read = decode_interactions(record, test::at(1h)).value().rows;
  ASSERT_EQ(read.size(), 2U);
  const Interaction first{
      .id = "e1", .user = "u1", .item = "i1", .time = test::at(), .kind = "view", .recommendation = kId.text()};
  EXPECT_EQ(read[0], first);
  const Interaction second{
      .id = read[1].id, .user = "u2", .item = "i2", .time = test::at(500ms), .kind = "interaction"};
  EXPECT_EQ(read[1], second);
  const Record single{golden(Topic::kInteractions, "interaction.json"), {}};
  const auto alone = decode_interactions(single, test::at(1h)).value().rows;
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_EQ(alone[0].time, test::at(1h));
}

TEST(DecodeRows, AnEventWithoutAnIdGetsOneFromWhereItStands) {
  const Record record{message_of(Topic::kInteractions, R"([{"user":"u","item":"i"},{"user":"u","item":"i"}])"),
                      {.partition = 1, .offset = 5}};
  const auto ids = [](const Record& from) {
    const auto read = decode_interactions(from, test::at()).value().rows;
    return std::pair(read[0].id, read[1].id);
  };
  EXPECT_EQ(ids(record), ids(record));
  EXPECT_NE(ids(record).first, ids(record).second);
  EXPECT_TRUE(base::Uuid::parse(ids(record).first));
  for (const Position other : {Position{.partition = 2, .offset = 5}, Position{.partition = 1, .offset = 6}}) {
    EXPECT_NE(ids({record.message, other}).first, ids(record).first);
  }
  auto anew = record;  // the same place on a bus that was begun anew
  anew.message.value += ' ';
  EXPECT_NE(ids(anew).first, ids(record).first);
}

TEST(DecodeRows, WrongInteractionsAreRefusedWithAReason) {
  for (const auto& [field, value, reason] : std::vector<Wrong>{
           {"user", "", "interaction 0: /user is missing"},
           {"item", "\"\"", "interaction 0: item is empty"},
           {"time", "\"noon\"", "/time must be a time"},
           {"time", "1e300", "/time must be a time"},
           {"time", "-1", "/time is not in the years 1970 to 2199"},
           {"time", "99999999999", "/time is not in the years 1970 to 2199"},
           {"time", "\"2026-11-22T16:30:01Z\"", "which shows 2026-11-22T15:30:00Z"},
           {"time", "[]", "/time must be a time"},
           {"kind", "\"\\u0000\"", "/kind holds a NUL"},
           {"id", "3.5", "/id must be a string of 1 to 256 bytes, or a whole number"},
       }) {
    const auto text = with(encode(std::vector{test::sample_interaction("e1")}).value, field, value);
    const auto read = decode_interactions({message_of(Topic::kInteractions, text), {}}, test::at());
    ASSERT_FALSE(read) << field << ' ' << value;
    EXPECT_THAT(read.error().message, HasSubstr(reason)) << field << ' ' << value;
  }
  const auto second =
      decode_interactions({message_of(Topic::kInteractions, R"([{"user":"u","item":"i"},7])"), {}}, test::at());
  EXPECT_THAT(second.error().message, HasSubstr("interaction 1 is not a JSON object"));
}

}  // namespace
}  // namespace sasrec::bus
