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

TEST(Decode, GoldenRequestsAreRead) {
  auto expected = full_request();
  expected.traceparent.clear();
  EXPECT_EQ(decode_request(golden(Topic::kRequests, "request.json")).value(), expected);
  const RequestRecord least{.id = kId, .created = test::at(), .stored = test::at(), .deadline = test::at(30'000ms)};
  EXPECT_EQ(decode_request(golden(Topic::kRequests, "request_least.json")).value(), least);
}

TEST(Decode, GoldenResultsAreRead) {
  const ResultRecord done{.id = kId,
                          .user = "u-1",
                          .status = Status::kDone,
                          .model = "20261122T153000Z-000007",
                          .source = "model",
                          .items = {{"i7", 3.25F}, {"i3", -0.5F}},
                          .unknown_items = 1,
                          .created = test::at(123ms),
                          .deadline = test::at(30'123ms),
                          .finished = test::at(130ms),
                          .timings = {2, 1.5F, 0.25F, 0.75F}};
  EXPECT_EQ(decode_result(golden(Topic::kResults, "result.json")).value(), done);
  const ResultRecord failed{.id = kId,
                            .status = Status::kFailed,
                            .error = "it broke",
                            .created = test::at(),
                            .deadline = test::at(30'000ms),
                            .finished = test::at(1000ms)};
  EXPECT_EQ(decode_result(golden(Topic::kResults, "result_failed.json")).value(), failed);
}

TEST(Decode, GoldenModelsAreRead) {
  const ModelAnnouncement model{.version = "20261122T153000Z-000007",
                                .manifest = std::string(64, 'a'),
                                .metrics = R"({"validation":{"ndcg@10":2.5E-1}})"};
  EXPECT_EQ(decode_model(golden(Topic::kModels, "model.json")).value(), model);
  const ModelAnnouncement least{.version = "20261122T153000Z-000007"};
  EXPECT_EQ(decode_model(golden(Topic::kModels, "model_least.json")).value(), least);
}

TEST(Decode, AModelWithoutAVersionsNameIsRefused) {
  for (const char* value : {"", "[]", "{}", R"({"version":""})", R"({"version":"../x"})", R"({"version":7})",
                            R"({"version":"20261122T153000Z-000007","metrics":[]})"}) {
    EXPECT_EQ(decode_model(message_of(Topic::kModels, value)).error().code, base::ErrorCode::kInvalidInput) << value;
  }
}

TEST(Decode, UnknownFieldsAreIgnored) {
  auto message = encode(full_request());
  message.value.insert(1, R"("new":{"a":[1]},)");
  message.headers.push_back({"new", "x"});
  EXPECT_EQ(decode_request(message).value(), full_request());
}

TEST(Decode, AWrongRequestIsRefusedWithAReason) {
  const auto text = encode(full_request()).value;
  for (const auto& [field, value, reason] : std::vector<Wrong>{
           {"id", "", "/id is missing"},
           {"id", "7", "/id must be a string"},
           {"id", "\"x\"", "/id must be a UUID"},
           {"history", "", "/history is missing"},
           {"history", "\"i1\"", "/history must be a list"},
           {"history", "[\"i1\",2.5]", "/history must be a list of ids"},
           {"history", "[\"i1\",\"\"]", "history/1 is empty"},
           {"k", "", "/k is missing"},
           {"k", "0", "/k must be a whole number from 1 to 1000"},
           {"k", "1001", "/k must be a whole number from 1 to 1000"},
           {"k", "-1", "/k must be a whole number"},
           {"k", "1.5", "/k must be a whole number"},
           {"k", "\"3\"", "/k must be a whole number"},
           {"exclude", "[\"a\\u0001\"]", "exclude/0 holds a control character"},
           {"filter", "[]", "/filter must be an object"},
           {"filter", "{\"categories\":3}", "/filter/categories must be a list"},
           {"seen", "\"maybe\"", "/seen must be exclude or include"},
           {"seen", "1", "/seen must be a string"},
           {"explain", "1", "/explain must be true or false"},
           {"created", "\"yesterday\"", "/created must be a time"},
           {"created", "\"0001-01-01T00:00:00+01:00\"", "/created must be a time"},
           {"created", "\"9999-12-31T23:59:59-01:00\"", "/created must be a time"},
           {"created", "", "/created is missing"},
           {"stored", "", "/stored is missing"},
           {"deadline", "", "/deadline is missing"},
           {"attempt", "0", "/attempt must be a whole number"},
           {"user", "\"a\\u0000b\"", "user holds a control character"},
       }) {
    const auto read = decode_request(message_of(Topic::kRequests, with(text, field, value)));
    ASSERT_FALSE(read) << field << ' ' << value;
    EXPECT_EQ(read.error().code, base::ErrorCode::kInvalidInput);
    EXPECT_THAT(read.error().message, HasSubstr(reason)) << field << ' ' << value;
  }
}

TEST(Decode, AWrongResultIsRefusedWithAReason) {
  const auto text = encode(full_result()).value;
  for (const auto& [field, value, reason] : std::vector<Wrong>{
           {"id", "null", "/id is missing"},
           {"status", "", "/status is missing"},
           {"status", "\"pending\"", "/status must be done, failed or expired"},
           {"status", "\"failed\"", "/items must be empty unless the status is done"},
           {"source", "", "/source must be model or popular"},
           {"model", "\"a\\nb\"", "/model holds a control character"},
           {"user", "\"\\t\"", "/user holds a control character"},
           {"items", "", "/items is missing"},
           {"items", "[1]", "/items must be a list of objects"},
           {"items", "[{\"score\":1}]", "/items/item is missing"},
           {"items", "[{\"item\":\"a\"}]", "/items/score is missing"},
           {"items", "[{\"item\":\"\",\"score\":1}]", "/items/item is empty"},
           {"items", "[{\"item\":\"a\",\"score\":1e39}]", "/items/score must be a number in the range"},
           {"unknown_items", "-3", "/unknown_items must be a whole number"},
           {"finished", "\"\"", "/finished must be a time"},
           {"timings", "{\"bus_ms\":\"3\"}", "/timings/bus_ms must be a number"},
           {"timings", "3", "/timings must be an object"},
       }) {
    const auto read = decode_result(message_of(Topic::kResults, with(text, field, value)));
    ASSERT_FALSE(read) << field << ' ' << value;
    EXPECT_THAT(read.error().message, HasSubstr(reason)) << field << ' ' << value;
  }
  auto many = full_result();
  many.items.assign(kMaxK + 1, {"i", 1});
  EXPECT_THAT(decode_result(encode(many)).error().message, HasSubstr("/items has more than 1000"));
  auto wordy = full_result();
  wordy.error.assign(4097, 'x');
  EXPECT_THAT(decode_result(encode(wordy)).error().message, HasSubstr("/error has more than 4096"));
}

TEST(Decode, WhatIsNoJsonObjectIsRefused) {
  std::string deep(1000, '[');
  for (const auto& value : {std::string(), std::string("{"), std::string("[]"), std::string("7"), deep,
                            std::string("{\"id\":\"\xff\"}"), std::string("{}x")}) {
    EXPECT_FALSE(decode_request(message_of(Topic::kRequests, value))) << value;
    EXPECT_FALSE(decode_result(message_of(Topic::kResults, value))) << value;
  }
  EXPECT_THAT(decode_request(message_of(Topic::kRequests, "nope")).error().message, HasSubstr("not JSON"));
  EXPECT_THAT(decode_request(message_of(Topic::kRequests, "[]")).error().message, HasSubstr("not a JSON object"));
  EXPECT_TRUE(decode_interactions({message_of(Topic::kInteractions, "[]"), {}}, test::at()).value().rows.empty());
  EXPECT_FALSE(decode_interactions({message_of(Topic::kInteractions, "7"), {}}, test::at()));
}

TEST(Decode, AWrongTraceparentIsDropped) {
  auto message = encode(full_request());
  for (auto& [name, value] : message.headers) {
    if (name == "traceparent") value = "00-xyz";
  }
  EXPECT_EQ(decode_request(message).value().traceparent, "");
}

}  // namespace
}  // namespace sasrec::bus
