#include "bus/json_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace sasrec::bus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

boost::json::object object(const char* text) {
  return boost::json::parse(text).as_object();
}

std::string problem(const JsonFields& fields) {
  const auto result = fields.result();
  if (result) return "";
  EXPECT_EQ(result.error().code, base::ErrorCode::kInvalidInput);
  return result.error().message;
}

TEST(JsonFields, ReadsEachKindOfField) {
  const auto json =
      object(R"({"name":"é","k":20,"score":1.5,"seen":true,"ids":["a","b"],"time":"2026-11-22T15:30:00Z"})");
  JsonFields fields(json);
  EXPECT_EQ(fields.text("name", JsonFields::kRequired), "é");
  EXPECT_EQ(fields.number("k", JsonFields::kRequired, {1, 1000}), 20U);
  EXPECT_EQ(fields.number("score", JsonFields::kRequired), 1.5F);
  EXPECT_TRUE(fields.flag("seen"));
  EXPECT_THAT(fields.ids("ids", JsonFields::kRequired), ElementsAre("a", "b"));
  EXPECT_EQ(base::format_time(fields.time("time")),
            base::format_time(base::parse_time("2026-11-22T15:30:00Z").value()));
  EXPECT_EQ(problem(fields), "");
}

TEST(JsonFields, NullCountsAsMissing) {
  const auto json = object(R"({"name":null,"k":null})");
  JsonFields fields(json);
  EXPECT_EQ(fields.text("name", JsonFields::kOptional), "");
  EXPECT_EQ(fields.number("k", JsonFields::kOptional, {1, 1000}, 7), 7U);
  EXPECT_THAT(fields.texts("tags", JsonFields::kOptional), IsEmpty());
  EXPECT_TRUE(fields.flag("seen", true));
  EXPECT_EQ(problem(fields), "");
  fields.text("name", JsonFields::kRequired);
  EXPECT_THAT(problem(fields), testing::HasSubstr("/name is missing"));
}

TEST(JsonFields, KeepsTheFirstProblemWithItsPlace) {
  const auto json = object(R"({"k":0,"score":"high","name":7})");
  JsonFields fields(json, "/items/3");
  fields.number("k", JsonFields::kRequired, {1, 1000});
  fields.number("score", JsonFields::kRequired);
  fields.text("name", JsonFields::kRequired);
  EXPECT_THAT(problem(fields), testing::StartsWith("/items/3/k "));
}

TEST(JsonFields, NumbersKeepToTheirRange) {
  for (const char* text : {R"({"k":0})", R"({"k":1001})", R"({"k":-1})", R"({"k":1.5})", R"({"k":"1"})"}) {
    const auto json = object(text);
    JsonFields fields(json);
    fields.number("k", JsonFields::kRequired, {1, 1000});
    EXPECT_THAT(problem(fields), testing::StartsWith("/k ")) << text;
  }
  for (const char* text : {R"({"k":1})", R"({"k":1000})"}) {
    const auto json = object(text);
    JsonFields fields(json);
    fields.number("k", JsonFields::kRequired, {1, 1000});
    EXPECT_EQ(problem(fields), "") << text;
  }
}

TEST(JsonFields, ATextWithANulIsRefused) {
  const auto json = object(R"({"name":"a\u0000b"})");
  JsonFields fields(json);
  fields.text("name", JsonFields::kRequired);
  EXPECT_THAT(problem(fields), testing::StartsWith("/name "));
}

}  // namespace
}  // namespace sasrec::bus
