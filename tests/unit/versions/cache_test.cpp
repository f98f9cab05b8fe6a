#include "versions/cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "recommend/model.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::versions {
namespace {

using base::ErrorCode;

class VersionCacheTest : public testing::Test {
 protected:
  std::string save(std::uint64_t seed) {
    return test::save_sample(test::sample_model(test::sample_config(), seed), folder_.path()).filename().string();
  }

  test::TemporaryFolder folder_;
  Cache cache_{folder_.path()};
};

TEST_F(VersionCacheTest, KeepsThoseAskedLast) {
  const auto first = save(1);
  const auto second = save(2);
  const auto third = save(3);
  ASSERT_TRUE(cache_.find(first));
  ASSERT_TRUE(cache_.find(second));
  ASSERT_TRUE(cache_.find(first));
  ASSERT_TRUE(cache_.find(third));
  for (const auto& version : {first, second, third}) std::filesystem::remove_all(folder_.path() / version);
  EXPECT_TRUE(cache_.find(first));
  EXPECT_TRUE(cache_.find(third));
  EXPECT_EQ(cache_.find(second).error().code, ErrorCode::kNotFound) << "two are kept";
}

TEST_F(VersionCacheTest, WhatCanNotBeServedIsNotThere) {
  const auto version = save(1);
  EXPECT_EQ(cache_.find("../elsewhere").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(cache_.find("20200101T000000Z-000001").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(checkpoint::Directory(folder_.path()).quarantine(version, "it is bad"));
  const auto refused = cache_.find(version);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("it is bad"));
}

}  // namespace
}  // namespace sasrec::versions
