#include "base/ids.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sasrec::base {
namespace {

TEST(IdProblem, AllowsAnyTextOf1To256BytesWithoutControlCharacters) {
  EXPECT_EQ(id_problem("a"), "");
  EXPECT_EQ(id_problem(" two words, \"quoted\" "), "");
  EXPECT_EQ(id_problem("Мир"), "");
  EXPECT_EQ(id_problem("caf\xE9"), "");  // Latin-1
  EXPECT_EQ(id_problem(std::string(256, 'x')), "");
}

TEST(IdProblem, NamesTheRuleThatIsBroken) {
  EXPECT_EQ(id_problem(""), "is empty");
  EXPECT_EQ(id_problem(std::string(257, 'x')), "is longer than 256 bytes");
  for (const char control : {'\0', '\t', '\n', '\x1F', '\x7F'}) {
    EXPECT_EQ(id_problem(std::string("a") + control), "holds a control character") << int{control};
  }
}

TEST(ExternalId, KeepsTheTextAndOrdersByIt) {
  const auto a = ItemId::parse("a b");
  const auto b = ItemId::parse("b");
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->text(), "a b");
  EXPECT_LT(*a, *b);
}

TEST(ExternalId, RefusalNamesTheKindOfId) {
  const auto item = ItemId::parse("");
  const auto user = UserId::parse("\n");
  ASSERT_FALSE(item || user);
  EXPECT_EQ(item.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(item.error().message, "item id is empty");
  EXPECT_EQ(user.error().message, "user id holds a control character");
}

}  // namespace
}  // namespace sasrec::base
