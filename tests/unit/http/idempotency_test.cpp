#include "http/idempotency.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sasrec::http {
namespace {

TEST(Idempotency, TheSameCallerRouteAndKeyNameTheSame) {
  const auto id = [](std::string_view caller, std::string_view route, std::string_view key, std::size_t index = 0) {
    return Idempotency::of(caller, route, key)->id(index);
  };
  const auto base = id("shop", "/a", "k");
  EXPECT_EQ(base, id("shop", "/a", "k"));
  EXPECT_NE(base, id("shop2", "/a", "k"));
  EXPECT_NE(base, id("shop", "/b", "k"));
  EXPECT_NE(base, id("shop", "/a", "k2"));
  EXPECT_NE(base, id("shop", "/a", "k", 1));
  const auto none = Idempotency::of("shop", "/a", std::nullopt);
  EXPECT_FALSE(none->given());
  EXPECT_NE(none->id(), none->id());
}

TEST(Idempotency, RefusesKeysThatAreTooLongOrNotAscii) {
  EXPECT_TRUE(Idempotency::of("", "/a", std::string(255, 'k')));
  for (const auto& key : {std::string(), std::string(256, 'k'), std::string("a b"), std::string("\xc3\xa4")}) {
    const auto refused = Idempotency::of("", "/a", key);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 422U);
    EXPECT_EQ(refused.error().errors.front().where, "Idempotency-Key");
  }
}

TEST(Idempotency, OnlyAKeyThatBelongsToAnotherRequestIsNamed) {
  const base::Error conflict{base::ErrorCode::kInvalidInput, "another request has this id"};
  const auto named = Idempotency::of("shop", "/a", "k")->refused(conflict);
  EXPECT_EQ(named.status, 422U);
  ASSERT_EQ(named.errors.size(), 1U);
  EXPECT_EQ(named.errors.front().where, "Idempotency-Key");
  EXPECT_TRUE(Idempotency::of("shop", "/a", std::nullopt)->refused(conflict).errors.empty());
  const base::Error outage{base::ErrorCode::kUnavailable, "the database is away"};
  EXPECT_EQ(Idempotency::of("shop", "/a", "k")->refused(outage).status, 503U);
}

}  // namespace
}  // namespace sasrec::http
