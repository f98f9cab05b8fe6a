#include "base/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sasrec::base {
namespace {

using testing::HasSubstr;

TEST(Vocabulary, NumbersIdsFromOne) {
  const auto vocabulary = Vocabulary::build({"b", "a", "caf\xE9"});
  ASSERT_TRUE(vocabulary);
  EXPECT_EQ(vocabulary->size(), 3U);
  EXPECT_EQ(vocabulary->find("b"), ItemIndex{1});
  EXPECT_EQ(vocabulary->find("caf\xE9"), ItemIndex{3});
  EXPECT_EQ(vocabulary->id(ItemIndex{2}), "a");
}

TEST(Vocabulary, UnknownIdIsPadding) {
  const auto vocabulary = Vocabulary::build({"a"});
  ASSERT_TRUE(vocabulary);
  EXPECT_EQ(vocabulary->find("A"), kPadding);
  EXPECT_EQ(vocabulary->find(""), kPadding);
  EXPECT_EQ(Vocabulary().find("a"), kPadding);
}

TEST(Vocabulary, FindsEachOfManyAndNoOther) {
  constexpr std::uint32_t kMany = 20'000;
  std::vector<std::string> ids;
  for (std::uint32_t n = 1; n <= kMany; ++n) ids.push_back(std::to_string(n));
  const auto vocabulary = Vocabulary::build(std::move(ids));
  ASSERT_TRUE(vocabulary);
  for (std::uint32_t n = 1; n <= kMany; ++n) ASSERT_EQ(vocabulary->find(std::to_string(n)), ItemIndex{n});
  for (std::uint32_t n = kMany + 1; n <= 2 * kMany; ++n) ASSERT_EQ(vocabulary->find(std::to_string(n)), kPadding);
}

TEST(Vocabulary, FindsShortIdsAfterItHasMoved) {
  auto built = Vocabulary::build({"a", "b"});
  ASSERT_TRUE(built);
  const Vocabulary moved = std::move(*built);
  EXPECT_EQ(moved.find("b"), ItemIndex{2});
}

TEST(Vocabulary, RefusesARepeatedIdAndTellsBothLines) {
  const auto vocabulary = Vocabulary::build({"a", "b", "a"});
  ASSERT_FALSE(vocabulary);
  EXPECT_EQ(vocabulary.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(vocabulary.error().message, HasSubstr("line 3"));
  EXPECT_THAT(vocabulary.error().message, HasSubstr("line 1"));
}

TEST(Vocabulary, RefusesAnIdThatBreaksTheRule) {
  const auto vocabulary = Vocabulary::build({"a", ""});
  ASSERT_FALSE(vocabulary);
  EXPECT_THAT(vocabulary.error().message, HasSubstr("line 2: item id is empty"));
}

}  // namespace
}  // namespace sasrec::base
