#include "base/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

namespace sasrec::base {
namespace {

TEST(JsonWriter, AnEmptyObjectAndArray) {
  std::string json;
  JsonObject(json).end();
  JsonArray(json).end();
  EXPECT_EQ(json, "{}[]");
}

TEST(JsonWriter, WritesEachKindOfMember) {
  std::string json = "before ";
  JsonObject object(json);
  object.text("text", "a \"b\"\n");
  object.optional_text("none", "");
  object.optional_text("some", "x");
  object.plain_text("plain", "y");
  object.number("count", std::size_t{7});
  object.number("score", 0.25F);
  object.number("infinite", std::numeric_limits<float>::infinity());
  object.boolean("yes", true);
  object.boolean("no", false);
  object.time("at", Time{});
  object.texts("texts", std::vector<std::string>{"a", "\""});
  object.texts("empty", {});
  object.end();
  EXPECT_EQ(json,
            R"(before {"text":"a \"b\"\n","some":"x","plain":"y","count":7,"score":0.25,"infinite":null,"yes":true,)"
            R"("no":false,"at":"1970-01-01T00:00:00Z","texts":["a","\""],"empty":[]})");
}

TEST(JsonWriter, ObjectsAndArraysWithinEachOther) {
  std::string json;
  JsonObject outer(json);
  JsonArray list(outer.member("list"));
  for (std::size_t n = 0; n < 3; ++n) {
    JsonObject inner(list.element());
    inner.number("n", n);
    inner.end();
  }
  list.end();
  outer.boolean("last", true);
  outer.end();
  EXPECT_EQ(json, R"({"list":[{"n":0},{"n":1},{"n":2}],"last":true})");
  EXPECT_NO_THROW(boost::json::parse(json));
}

}  // namespace
}  // namespace sasrec::base
