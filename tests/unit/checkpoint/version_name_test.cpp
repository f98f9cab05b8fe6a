#include "checkpoint/version_name.hpp"

#include <gtest/gtest.h>

#include "checkpoint/directory.hpp"

namespace sasrec::checkpoint {
namespace {

using std::chrono::sys_days;
using std::chrono::system_clock;
using namespace std::chrono_literals;

const system_clock::time_point kNow = sys_days(2026y / 11 / 22) + 15h + 30min + 5s;

TEST(VersionName, IsTimeAndCounter) {
  EXPECT_EQ(next_version(std::nullopt, 0, kNow).text(), "20261122T153005Z-000001");
  EXPECT_EQ(next_version(VersionName{"20261122T153000Z", 6}, 41, kNow).text(), "20261122T153005Z-000042");
}

TEST(VersionName, KeepsItsOrderWhenTheClockIsSetBack) {
  const VersionName newest{"20270101T000000Z", 7};
  const auto next = next_version(newest, 7, kNow);
  EXPECT_EQ(next.text(), "20270101T000000Z-000008");
  EXPECT_GT(next, newest);
}

TEST(VersionName, OrdersByAgePastAMillion) {
  EXPECT_LT(*VersionName::parse("20261122T153000Z-999999"), *VersionName::parse("20261122T153000Z-1000000"));
  EXPECT_LT(*VersionName::parse("20261122T153000Z-999999"), *VersionName::parse("20261122T153001Z-000001"));
}

TEST(VersionName, ReadsItsOwnText) {
  for (const auto* text : {"20261122T153000Z-000007", "20261122T153000Z-1000000", "20261122T153000Z-999999999"}) {
    ASSERT_TRUE(VersionName::parse(text)) << text;
    EXPECT_EQ(VersionName::parse(text)->text(), text);
    EXPECT_TRUE(is_version(text));
  }
}

TEST(VersionName, NothingElseIsOne) {
  for (const auto* text :
       {"", ".", "..", "a/b", "../20261122T153000Z-000007", "20261122T153000Z-000007/", "20261122T153000Z-000007 ",
        "20261122T153000Z-00007", "20261122T153000Z-0000007", "20261122T153000Z-1000000000", "20261122T153000Z_000007",
        "20261122 153000Z-000007", "2026112aT153000Z-000007", "20261122T153000Z-00000x", "20261122T153000Z-",
        "tmp-20261122T153000Z-000007", "CURRENT", "quarantine"}) {
    EXPECT_FALSE(is_version(text)) << text;
  }
}

TEST(VersionName, HoldsWhenTheVersionWasSaved) {
  EXPECT_EQ(VersionName::parse("20261122T153000Z-000007")->created(), base::parse_time("2026-11-22T15:30:00Z"));
  EXPECT_EQ(VersionName::parse("20269999T153000Z-000007")->created(), base::Time{}) << "no date";
  EXPECT_EQ(created_at("20261122T153000Z-000007"), base::parse_time("2026-11-22T15:30:00Z"));
  EXPECT_EQ(created_at("something else"), base::Time{});
}

TEST(VersionName, WhatAUserGaveWrongIsRefusedWithAnExample) {
  EXPECT_EQ(VersionName::read("20261122T153000Z-000007")->counter, 7U);
  const auto refused = VersionName::read("latest");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "\"latest\" is not the name of a version: names look like 20261122T153000Z-000007");
}

}  // namespace
}  // namespace sasrec::checkpoint
