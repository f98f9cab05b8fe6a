#include "apps/service/entrance.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_folder.hpp"

namespace sasrec::apps {
namespace {

using testing::HasSubstr;

constexpr Roles kApi{.api = true};

class EntranceTest : public testing::Test {
 protected:
  EntranceTest() {
    options_.listen = "127.0.0.1:0";
    options_.checkpoints = folder_.path() / "checkpoints";
    options_.data_dir = folder_.path() / "data";
  }

  std::string refusal(Roles roles = kApi) const {
    const auto prepared = Entrance::prepare(options_, roles);
    return prepared ? "" : prepared.error().message;
  }

  test::TemporaryFolder folder_;
  ServiceOptions options_;
};

TEST_F(EntranceTest, TakesThePortOnce) {
  auto prepared = Entrance::prepare(options_, kApi);
  ASSERT_TRUE(prepared) << prepared.error().message;
  EXPECT_TRUE(prepared->take_port());
  EXPECT_FALSE(prepared->take_port());
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir)) << "nothing is made before the service may run";
}

TEST_F(EntranceTest, APortThatIsTakenNamesTheSettingToChange) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(listener, plain, size), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, plain, &size), 0);
  options_.listen = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  EXPECT_THAT(refusal(), HasSubstr("--listen"));
  ::close(listener);
  EXPECT_EQ(refusal(), "");
}

TEST_F(EntranceTest, ARoleWithoutAnApiServesOnlyWhereItsMonitoringIs) {
  auto prepared = Entrance::prepare(options_, {.worker = true});
  ASSERT_TRUE(prepared);
  EXPECT_FALSE(prepared->take_port());
  options_.monitoring = "127.0.0.1:0";
  prepared = Entrance::prepare(options_, {.worker = true});
  ASSERT_TRUE(prepared);
  EXPECT_TRUE(prepared->take_port());
}

TEST_F(EntranceTest, AFileInPlaceOfTheFolderOfCheckpointsIsRefused) {
  std::ofstream(options_.checkpoints) << "a file";
  EXPECT_THAT(refusal(), HasSubstr("--checkpoints"));
  EXPECT_THAT(refusal(), HasSubstr("is not a folder"));
  EXPECT_EQ(refusal({.writer = true}), "") << "a writer reads no checkpoints";
}

TEST_F(EntranceTest, ADatabaseThatWasNeverMadeIsNotOpenToAll) {
  options_.listen = "0.0.0.0:0";
  EXPECT_THAT(refusal(), HasSubstr("key"));
  // One that is configured may have keys: check_keys() looks there.
  options_.database = "postgres://db/sasrec";
  EXPECT_EQ(refusal(), "");
}

}  // namespace
}  // namespace sasrec::apps
