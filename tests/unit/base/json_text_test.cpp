#include "base/json_text.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include <boost/json/parse.hpp>

namespace sasrec::base {
namespace {

std::string string_of(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string number_of(float number) {
  std::string json;
  append_json_number(json, number);
  return json;
}

TEST(JsonText, EscapesWhatJsonDoesNotAllow) {
  EXPECT_EQ(string_of("plain"), "\"plain\"");
  EXPECT_EQ(string_of("a \"b\" \\ c"), R"("a \"b\" \\ c")");
  EXPECT_EQ(string_of("a\nb\tc\x01"), R"("a\nb\tc\u0001")");
  EXPECT_EQ(string_of("Пирог"), "\"Пирог\"");
}

TEST(JsonText, TakesOtherEncodingsAsLatin1) {
  EXPECT_EQ(string_of("Caf\xe9"), "\"Café\"");
}

TEST(JsonText, NumbersReadBackAsTheSameFloat) {
  EXPECT_EQ(number_of(0.25F), "0.25");
  EXPECT_EQ(number_of(329), "329");
  for (const float number : {0.1F, 1e-7F, 3.4028235e38F, -1.0F / 3}) {
    EXPECT_EQ(boost::json::parse(number_of(number)).to_number<float>(), number);
  }
  EXPECT_EQ(number_of(std::numeric_limits<float>::quiet_NaN()), "null");
  EXPECT_EQ(number_of(std::numeric_limits<float>::infinity()), "null");
}

TEST(JsonText, WritesWholeDocuments) {
  const std::string text = R"({"a":[1,-2,0.5,18446744073709551615],"b":{"c":null,"d":true},"e":"x","f":[],"g":{}})";
  EXPECT_EQ(to_json_text(boost::json::parse(text)), text);
}

}  // namespace
}  // namespace sasrec::base
