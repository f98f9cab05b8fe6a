#include "serving/version_answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fakes/model_fixture.hpp"
#include "support/fakes/sample_records.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::serving {
namespace {

class VersionAnswersTest : public testing::Test {
 protected:
  std::string save(std::uint64_t seed) {
    return test::save_sample(test::sample_model(test::sample_config(), seed), folder_.path()).filename().string();
  }
  base::Result<bus::ResultRecord> ask(std::string_view version) {
    auto request = test::sample_request({"item-2", "who"});
    request.k = 12;
    return answers_.answer(version, request);
  }

  test::TemporaryFolder folder_;
  test::ModelFixture served_;
  VersionAnswers answers_{folder_.path(), served_.catalogue, served_.popular};
};

TEST_F(VersionAnswersTest, AnswersFromTheVersionThatIsNamed) {
  const auto first = save(1);
  const auto second = save(2);
  const auto one = ask(first).value();
  const auto other = ask(second).value();
  EXPECT_EQ(one.model, first);
  EXPECT_EQ(other.model, second);
  EXPECT_EQ(one.unknown_items, 1U);
  EXPECT_NE(test::ids_of(one), test::ids_of(other));
}

TEST_F(VersionAnswersTest, AVersionThatCannotBeServedHasNoAnswer) {
  EXPECT_EQ(ask("../elsewhere").error().code, base::ErrorCode::kNotFound);
}

}  // namespace
}  // namespace sasrec::serving
