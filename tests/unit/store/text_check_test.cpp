#include "store/text_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sasrec::store {
namespace {

TEST(TextCheck, Utf8WithoutNulPasses) {
  EXPECT_TRUE(check_text("x", ""));
  EXPECT_TRUE(check_text("x", "tab\t, лиса, 🦊"));
}

TEST(TextCheck, WhatPostgresCannotHoldIsNamed) {
  EXPECT_THAT(check_text("user", std::string("a\0b", 3)).error().message, testing::StartsWith("user holds a NUL"));
  EXPECT_THAT(check_text("user", "\xc3").error().message, testing::StartsWith("user is not UTF-8"));
}

TEST(TextCheck, ListsHoldNoSeparatorAndNoEmptyText) {
  EXPECT_TRUE(check_list("history", {"a", "b c"}));
  EXPECT_FALSE(check_list("history", {"a", ""}));
  EXPECT_FALSE(check_list("history", {"a\x1f"
                                      "b"}));
  EXPECT_FALSE(check_list("history", {"\xff"}));
}

}  // namespace
}  // namespace sasrec::store
