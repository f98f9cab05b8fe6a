// Generated clients (build_clients.py) against the real service with keys: what a shop does in a day.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "e2e/service_fixture.hpp"
#include "support/subprocess.hpp"

namespace sasrec::test {
namespace {

class Clients : public testing::Test {
 protected:
  // Its PostgreSQL runs as another account where the test runs as root, and has to reach its data.
  Clients() {
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
  }

  void SetUp() override {
    const auto made = run(SASREC_PROGRAM, {"key", "create", "shop", "--scopes", "ingest,predict,read", "--data-dir",
                                           (folder_.path() / "var").string()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    key_ = made.out.substr(0, made.out.find('\n'));
    service_.start();
  }
  void TearDown() override { EXPECT_EQ(service_.stop(), 0) << service_.log(); }

  /// Runs `program`, with the service's address and a key after `arguments`.
  void expect_works(const std::string& program, std::vector<std::string> arguments,
                    const std::vector<std::string>& environment = {}) {
    arguments.push_back("http://127.0.0.1:" + std::to_string(service_.port()));
    arguments.push_back(key_);
    const auto ended = run(program, arguments, environment);
    EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  }

  static std::string built(const std::string& name) { return std::string(SASREC_BUILT_CLIENTS "/") + name; }

 private:
  TemporaryFolder folder_{TemporaryFolder::Place::kDisk};
  Role service_{
      {"up", "--checkpoints", sample_checkpoints(folder_).string(), "--data-dir", (folder_.path() / "var").string()}};
  std::string key_;
};

TEST_F(Clients, Python) {
  expect_works(SASREC_CLIENTS "/python/bin/python", {SASREC_CLIENT_SOURCES "/python_client.py"},
               {"PYTHONPATH=" + built("python"), "PYTHONDONTWRITEBYTECODE=1"});
}

TEST_F(Clients, TypeScript) {
  expect_works(SASREC_NODE_PROGRAM, {built("typescript-built/client.js")});
}

TEST_F(Clients, Java) {
  expect_works("java", {"-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                        built("java-built") + ":" SASREC_CLIENTS "/lib/*", "JavaClient"});
}

}  // namespace
}  // namespace sasrec::test
