// The whole service in one process, with a PostgreSQL of its own, as users start it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "e2e/service_fixture.hpp"
#include "support/eventually.hpp"
#include "support/subprocess.hpp"

namespace sasrec::test {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class Up : public testing::Test {
 protected:
  // Its PostgreSQL runs as another account where the test runs as root, and has to reach its data.
  Up() {
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
  }

  Role service(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"up", "--checkpoints", checkpoints_.string(), "--data-dir", data()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Role(std::move(arguments));
  }
  std::string data() const { return (folder_.path() / "var").string(); }

  TemporaryFolder folder_{TemporaryFolder::Place::kDisk};
  std::filesystem::path checkpoints_ = sample_checkpoints(folder_);
};

TEST_F(Up, AnAnswerFollowsWhatTheUserDid) {
  auto up = service();
  up.start();
  const Api api(up.port());
  ASSERT_EQ(api.put("/v1/items", R"({"items":[{"id":"item-1","title":"The First","categories":["A"]}]})").status, 200U);

  // Nobody knows this user: what is popular, of the model since nothing has happened yet.
  const auto stranger = api.recommend("u1", 12);
  EXPECT_EQ(stranger.at("source").as_string(), "popular");
  EXPECT_EQ(item_ids(stranger).size(), 12U);

  EXPECT_EQ(api.post("/v1/interactions", R"({"interactions":[{"user":"u1","item":"item-3"}]})").status, 200U);
  const auto first = api.recommend("u1", 12);
  EXPECT_EQ(first.at("source").as_string(), "model");
  EXPECT_THAT(item_ids(first), Not(Contains("item-3")));
  EXPECT_EQ(item_ids(first).size(), 11U);

  const auto chosen = item_ids(first).front();
  api.post("/v1/interactions", R"({"interactions":[{"user":"u1","item":")" + chosen + R"("}]})");
  EXPECT_THAT(item_ids(api.recommend("u1", 12)), Not(Contains(chosen)));
  EXPECT_EQ(up.stop(), 0) << up.log();
}

TEST_F(Up, APageOfANamedOriginMayAsk) {
  auto up = service({"--cors-origins", "https://shop.example,http://localhost:5173"});
  up.start();
  const auto preflight = http(up.port(), {"OPTIONS",
                                          "/v1/recommendations",
                                          "",
                                          {"Origin: https://shop.example", "Access-Control-Request-Method: POST",
                                           "Access-Control-Request-Headers: authorization,content-type,prefer"}});
  EXPECT_EQ(preflight.status, 204U);
  EXPECT_EQ(preflight.header("access-control-allow-origin"), "https://shop.example");
  EXPECT_THAT(preflight.header("access-control-allow-methods"), HasSubstr("POST"));
  const Api api(up.port());
  const auto asked =
      api.post("/v1/recommendations", R"({"user":7})", {"Origin: https://shop.example", "Prefer: wait=10"});
  EXPECT_EQ(asked.status, 200U) << asked.body;
  EXPECT_EQ(asked.header("access-control-allow-origin"), "https://shop.example");
  EXPECT_EQ(api.get("/v1/popular", {"Origin: https://other.example"}).header("access-control-allow-origin"), "");
  EXPECT_EQ(up.stop(), 0) << up.log();
}

TEST_F(Up, ATimeInTheFutureIsRefused) {
  auto up = service();
  up.start();
  const auto refused = Api(up.port()).post(
      "/v1/interactions", R"({"interactions":[{"user":"u1","item":"item-3","time":"2199-01-01T00:00:00Z"}]})");
  EXPECT_EQ(refused.status, 422U);
  EXPECT_THAT(refused.body, HasSubstr("/interactions/0/time"));
  EXPECT_THAT(refused.body, HasSubstr("more than an hour later than the server's clock"));
  EXPECT_EQ(up.stop(), 0) << up.log();
}

TEST_F(Up, DataOutlivesARestartAndAKill) {
  auto up = service();
  up.start();
  Api(up.port()).post("/v1/interactions", R"({"interactions":[{"id":"e1","user":"u1","item":"item-3"}]})");
  EXPECT_EQ(up.stop(), 0) << up.log();
  up.start();
  up.kill();
  up.start();
  const auto again =
      Api(up.port()).post("/v1/interactions", R"({"interactions":[{"id":"e1","user":"u1","item":"item-3"}]})");
  EXPECT_EQ(parse_object(again.body).at("duplicates").as_int64(), 1) << again.body;
}

TEST_F(Up, NothingAcceptedIsLostHoweverOftenItIsKilled) {
  auto up = service({"--deadline", "60"});
  up.start();
  Asker asker(up.port(), 150);
  for (int life = 0; life < 5; ++life) {
    const auto before = asker.accepted().size();
    ASSERT_TRUE(eventually(seconds(30), [&] { return asker.accepted().size() > before + 40; }));
    up.kill();
    up.start();
  }
  asker.stop();
  const auto url = "host='" + std::filesystem::weakly_canonical(std::filesystem::path(data()) / "postgres").string() +
                   "' port=5432 user=sasrec dbname=postgres";
  expect_nothing_lost(asker, url, seconds(60));
  EXPECT_EQ(up.stop(), 0) << up.log();
}

TEST_F(Up, ItsPostgresThatIsKilledIsStartedAgain) {
  auto up = service();
  up.start();
  const Api api(up.port());
  api.post("/v1/interactions", R"({"interactions":[{"id":"e1","user":"u1","item":"item-3"}]})");
  std::ifstream file(std::filesystem::path(data()) / "postgres" / "data" / "postmaster.pid");
  pid_t postgres = 0;
  file >> postgres;
  ASSERT_GT(postgres, 1);
  ASSERT_EQ(::kill(postgres, SIGKILL), 0);
  EXPECT_TRUE(eventually(seconds(30), [&] {
    const auto again = api.post("/v1/interactions", R"({"interactions":[{"id":"e1","user":"u1","item":"item-3"}]})");
    return again.status == 200 && parse_object(again.body).at("duplicates").as_int64() == 1;
  }));
  EXPECT_EQ(api.recommend("u1").at("status").as_string(), "done");
  EXPECT_EQ(up.stop(), 0) << up.log();
}

TEST_F(Up, ImportFillsItAndMayBeRepeated) {
  const auto log = folder_.path() / "log.csv";
  std::ofstream(log) << "user,item,time\nu1,item-1,10\nu1,item-2,20\nu2,item-2,15\nbad\n";
  const auto items = folder_.path() / "items.csv";
  std::ofstream(items) << "id,title\nitem-1,Première\n";
  const std::vector<std::string> command{"import",       "--data",     log.string(), "--items",
                                         items.string(), "--data-dir", data()};
  const auto once = run(SASREC_PROGRAM, command);
  EXPECT_EQ(once.exit_code, 0) << once.err;
  EXPECT_THAT(once.out, HasSubstr("1 item, 3 interactions, 3 of them new"));

  auto up = service();
  up.start();
  // Beside the running service, whose PostgreSQL it joins.
  EXPECT_THAT(run(SASREC_PROGRAM, command).out, HasSubstr("0 of them new"));
  const Api api(up.port());
  EXPECT_THAT(api.get("/v1/users/u1/history").body, HasSubstr("item-2"));
  EXPECT_TRUE(eventually(
      seconds(10), [&] { return api.get("/v1/items?query=premiere").body.find("Première") != std::string::npos; }));
  EXPECT_EQ(up.stop(), 0) << up.log();
}

/// A database and a broker that never answer: whoever waits for them does so for ever.
const std::vector<std::string> kNowhere{"--database", "postgres://sasrec@127.0.0.1:1/sasrec", "--bus",
                                        "kafka://127.0.0.1:1"};

std::vector<std::string> join(std::vector<std::string> first, const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST_F(Up, APortThatIsTakenIsFoundBeforeAnythingIsStarted) {
  auto up = service();
  up.start();
  const auto address = "127.0.0.1:" + std::to_string(up.port());
  const auto other = (folder_.path() / "other").string();
  const auto second =
      run(SASREC_PROGRAM, {"up", "--checkpoints", checkpoints_.string(), "--data-dir", other, "--listen", address});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, HasSubstr("--listen " + address));
  EXPECT_FALSE(std::filesystem::exists(other)) << "no database was made";
  const auto api = run(SASREC_PROGRAM, join({"api", "--listen", address}, kNowhere));
  EXPECT_EQ(api.exit_code, 1);
  EXPECT_THAT(api.err, HasSubstr("--listen " + address));
  for (const std::string role : {"worker", "writer"}) {
    const auto alone = run(SASREC_PROGRAM, join({role, "--monitoring", address}, kNowhere));
    EXPECT_EQ(alone.exit_code, 1);
    EXPECT_THAT(alone.err, HasSubstr("--monitoring " + address));
  }
  EXPECT_EQ(Api(up.port()).get("/healthz").status, 200U);
}

TEST_F(Up, CheckpointsThatCanNotBeReadAreFoundBeforeAnythingIsStarted) {
  const auto file = (folder_.path() / "file").string();
  std::ofstream(file) << "no folder";
  for (const auto& path : {file, file + "/checkpoints"}) {
    const auto up = run(SASREC_PROGRAM, {"up", "--checkpoints", path, "--data-dir", data(), "--listen", "127.0.0.1:0"});
    EXPECT_EQ(up.exit_code, 1);
    EXPECT_THAT(up.err, HasSubstr("--checkpoints " + path + ": " + file + " is not a folder"));
    const auto api = run(SASREC_PROGRAM, join({"api", "--checkpoints", path, "--listen", "127.0.0.1:0"}, kNowhere));
    EXPECT_EQ(api.exit_code, 1);
    EXPECT_THAT(api.err, HasSubstr("--checkpoints"));
  }
  EXPECT_FALSE(std::filesystem::exists(data())) << "no database was made";
}

TEST_F(Up, GoesOnWithItsDatabaseWhenTheProcessThatRanItEnds) {
  auto first = service();
  first.start();
  auto second = service();
  second.start();  // joins the first one's PostgreSQL
  Api(first.port()).post("/v1/interactions", R"({"interactions":[{"id":"e1","user":"u1","item":"item-3"}]})");
  EXPECT_EQ(first.stop(), 0) << first.log();
  EXPECT_TRUE(eventually(seconds(30), [&] {
    return Api(second.port()).get("/v1/users/u1/history").body.find("item-3") != std::string::npos;
  })) << second.log();
  EXPECT_EQ(second.stop(), 0) << second.log();
}

TEST_F(Up, CommandsBesideItUseItsDatabaseAndSayWhich) {
  auto up = service();
  up.start();
  const Api api(up.port());
  EXPECT_EQ(api.get("/v1/users").status, 200U);
  using Command = std::vector<std::string>;
  for (const auto& command :
       {Command{"migrate"}, Command{"key", "create", "shop", "--json"}, Command{"key", "list", "--json"}}) {
    const auto done = run(SASREC_PROGRAM, join(command, {"--data-dir", data()}));
    EXPECT_EQ(done.exit_code, 0) << done.err;
    EXPECT_THAT(done.err, HasSubstr("database: the PostgreSQL in " + data() + "/postgres"));
    EXPECT_THAT(done.out, Not(HasSubstr("postgres")));
  }
  // The running service learns of the key, and is open no longer.
  EXPECT_TRUE(eventually(seconds(20), [&] { return api.get("/v1/users").status == 401; }));
  EXPECT_EQ(api.get("/").status, 200U) << "the page asks for the key itself";
  EXPECT_THAT(up.log(), HasSubstr("checkpoints: " + checkpoints_.string()));
  EXPECT_THAT(up.log(), HasSubstr("database: the PostgreSQL in " + data() + "/postgres"));
  EXPECT_EQ(up.stop(), 0) << up.log();
}

TEST_F(Up, ServesOtherMachinesOnlyWithKeys) {
  const std::vector<std::string> everywhere{"up",       "--checkpoints", checkpoints_.string(), "--data-dir", data(),
                                            "--listen", "0.0.0.0:0"};
  const auto open = run(SASREC_PROGRAM, everywhere);
  EXPECT_EQ(open.exit_code, 1);
  EXPECT_THAT(open.err, HasSubstr("--listen 0.0.0.0:0: there are no API keys"));
  EXPECT_FALSE(std::filesystem::exists(data())) << "no database was made";
  ASSERT_EQ(run(SASREC_PROGRAM, {"migrate", "--data-dir", data()}).exit_code, 0);
  const auto still_open = run(SASREC_PROGRAM, everywhere);
  EXPECT_EQ(still_open.exit_code, 1);
  EXPECT_THAT(still_open.err, HasSubstr("--listen 0.0.0.0:0: there are no API keys"));

  const auto made = run(SASREC_PROGRAM, {"key", "create", "shop", "--scopes", "predict,ingest", "--data-dir", data()});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const auto secret = made.out.substr(0, made.out.find('\n'));
  auto up = service();
  up.start();
  const Api api(up.port());
  const std::string body = R"({"history":["item-1"]})";
  EXPECT_EQ(api.post("/v1/recommendations", body).status, 401U);
  EXPECT_EQ(api.post("/v1/recommendations", body, {"Authorization: Bearer " + secret}).status, 202U);
  EXPECT_EQ(api.get("/v1/users", {"Authorization: Bearer " + secret}).status, 403U);
  EXPECT_EQ(up.stop(), 0) << up.log();
  EXPECT_THAT(up.log(), Not(HasSubstr(secret)));
}

TEST_F(Up, AKeyFromAFileIsWhatTheFileSays) {
  const auto file = (folder_.path() / "key").string();
  const auto create = [&](const std::string& secret, const std::string& scopes) {
    std::ofstream(file) << secret << "\n";
    return run(SASREC_PROGRAM, {"key", "create", "shop", "--scopes", scopes, "--from", file, "--data-dir", data()});
  };
  const std::string first = "first-" + std::string(32, 'a');
  const std::string second = "second-" + std::string(32, 'b');
  ASSERT_EQ(create(first, "predict").exit_code, 0);
  EXPECT_EQ(create(first, "predict").exit_code, 0) << "once more is no error";
  ASSERT_EQ(create(first, "read").exit_code, 0);
  auto up = service();
  up.start();
  const Api api(up.port());
  EXPECT_EQ(api.get("/v1/users", {"Authorization: Bearer " + first}).status, 200U);
  EXPECT_EQ(up.stop(), 0) << up.log();

  const auto replaced = create(second, "read");
  ASSERT_EQ(replaced.exit_code, 0) << replaced.err;
  EXPECT_EQ(replaced.out, "");
  auto again = service();
  again.start();
  const Api later(again.port());
  EXPECT_EQ(later.get("/v1/users", {"Authorization: Bearer " + first}).status, 401U);
  EXPECT_EQ(later.get("/v1/users", {"Authorization: Bearer " + second}).status, 200U);
  EXPECT_EQ(again.stop(), 0) << again.log();
}

TEST_F(Up, AKeyFromAFileIsRefusedIfItCouldBeGuessed) {
  const auto file = (folder_.path() / "key").string();
  for (const std::string secret : {"", "short", "with spaces that make it long enough, but"}) {
    std::ofstream(file) << secret << "\n";
    const auto made = run(SASREC_PROGRAM, {"key", "create", "shop", "--from", file, "--data-dir", data()});
    EXPECT_EQ(made.exit_code, 1);
    EXPECT_THAT(made.err, HasSubstr("32"));
  }
  const auto made = run(SASREC_PROGRAM, {"key", "create", "shop", "--from", file + ".none", "--data-dir", data()});
  EXPECT_EQ(made.exit_code, 1);
  EXPECT_THAT(made.err, HasSubstr("can't be read"));
}

}  // namespace
}  // namespace sasrec::test
