#include "versions/activation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "support/edit_version.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::versions {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

class ActivationTest : public testing::Test {
 protected:
  /// A new version, which is then current.
  std::string save(std::uint64_t seed) {
    return test::save_sample(test::sample_model(test::sample_config(), seed), folder_.path()).filename().string();
  }

  test::TemporaryFolder folder_;
  checkpoint::Directory directory_{folder_.path()};
};

TEST_F(ActivationTest, MakesAVersionThatPassesItsChecksCurrent) {
  const auto first = save(1);
  save(2);
  ASSERT_TRUE(make_current(directory_, first));
  EXPECT_EQ(directory_.current().value(), first);
}

TEST_F(ActivationTest, AVersionThatFailsACheckIsQuarantined) {
  const auto bad = save(1);
  const auto good = save(2);
  ASSERT_TRUE(make_current(directory_, good));
  const auto file = folder_.path() / bad / "model.safetensors";
  auto weights = test::read_file(file);
  weights.back() = static_cast<char>(weights.back() ^ 1);
  test::write_file(file, weights);
  const auto refused = make_current(directory_, bad);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(refused.error().message, HasSubstr("is quarantined"));
  EXPECT_TRUE(directory_.quarantine_reason(bad));
  EXPECT_EQ(directory_.current().value(), good);
}

TEST_F(ActivationTest, AVersionThatCannotBeReadNowIsNotQuarantined) {
  const auto unreadable = save(1);
  const auto good = save(2);
  ASSERT_TRUE(make_current(directory_, good));
  // Root may read whatever permissions say, but not without a descriptor: one is free, and a load needs more.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int free = ::dup(0);
  ASSERT_GE(free, 0);
  ::close(free);
  const rlimit none{.rlim_cur = static_cast<rlim_t>(free) + 1, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto refused = make_current(directory_, unreadable);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kIo) << refused.error().message;
  EXPECT_FALSE(directory_.quarantine_reason(unreadable));
  EXPECT_EQ(directory_.current().value(), good);
  EXPECT_TRUE(make_current(directory_, unreadable)) << "it is tried again, and can be read now";
}

TEST_F(ActivationTest, AQuarantineThatCannotBeRecordedIsNotClaimed) {
  const auto bad = save(1);
  save(2);
  const auto file = folder_.path() / bad / "model.safetensors";
  auto weights = test::read_file(file);
  weights.back() = static_cast<char>(weights.back() ^ 1);
  test::write_file(file, weights);
  // Files can be read and none can be written, as on a full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  const auto refused = make_current(directory_, bad);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(refused);
  EXPECT_FALSE(directory_.quarantine_reason(bad));
  EXPECT_THAT(refused.error().message, HasSubstr("SHA-256"));
  EXPECT_THAT(refused.error().message, HasSubstr("it is not quarantined"));
}

TEST_F(ActivationTest, AVersionThatDoesNotExistIsNotFound) {
  EXPECT_EQ(make_current(directory_, "20200101T000000Z-000099").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(make_current(directory_, "../elsewhere").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace sasrec::versions
