#include "serving/version_answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "checkpoint/directory.hpp"
#include "support/fakes/model_fixture.hpp"
#include "support/fakes/sample_records.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::serving {
namespace {

using base::ErrorCode;

class VersionCacheTest : public testing::Test {
 protected:
  std::string save(std::uint64_t seed) {
    return test::save_sample(test::sample_model(test::sample_config(), seed), folder_.path()).filename().string();
  }
  base::Result<bus::ResultRecord> ask(std::string_view version) {
    auto request = test::sample_request({"item-2", "who"});
    request.k = 12;
    return cache_.answer(version, request);
  }

  test::TemporaryFolder folder_;
  test::ModelFixture served_;
  VersionAnswers cache_{folder_.path(), served_.catalogue, served_.popular};
};

TEST_F(VersionCacheTest, AnswersFromTheVersionThatIsNamed) {
  const auto first = save(1);
  const auto second = save(2);
  const auto one = ask(first).value();
  const auto other = ask(second).value();
  EXPECT_EQ(one.model, first);
  EXPECT_EQ(other.model, second);
  EXPECT_EQ(one.unknown_items, 1U);
  EXPECT_NE(test::ids_of(one), test::ids_of(other));
}

TEST_F(VersionCacheTest, KeepsThoseAskedLast) {
  const auto first = save(1);
  const auto second = save(2);
  const auto third = save(3);
  ASSERT_TRUE(ask(first));
  ASSERT_TRUE(ask(second));
  ASSERT_TRUE(ask(first));
  ASSERT_TRUE(ask(third));
  for (const auto& version : {first, second, third}) std::filesystem::remove_all(folder_.path() / version);
  EXPECT_TRUE(ask(first));
  EXPECT_TRUE(ask(third));
  EXPECT_EQ(ask(second).error().code, ErrorCode::kNotFound) << "two are kept";
}

TEST_F(VersionCacheTest, WhatCanNotBeServedIsNotThere) {
  const auto version = save(1);
  EXPECT_EQ(ask("../elsewhere").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ask("20200101T000000Z-000001").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(checkpoint::Directory(folder_.path()).quarantine(version, "it is bad"));
  const auto refused = ask(version);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("it is bad"));
}

}  // namespace
}  // namespace sasrec::serving
