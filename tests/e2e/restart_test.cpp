// A service that is started again under requests: once it is ready its answers are whole from the first one on.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "e2e/service_fixture.hpp"
#include "support/edit_version.hpp"
#include "support/eventually.hpp"
#include "support/postgres_server.hpp"
#include "support/sample_checkpoint.hpp"

namespace sasrec::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

/// Large enough that loading it takes longer than starting a server.
constexpr checkpoint::ModelConfig kConfig{
    .items = 20'000, .hidden = 64, .heads = 2, .blocks = 2, .max_length = 50, .feed_forward = 64};
constexpr std::size_t kAskers = 4;

class Restart : public testing::Test {
 protected:
  Role up() const {
    return Role({"up", "--database", server_.connection_string(), "--checkpoints", checkpoints_.string(), "--deadline",
                 "60", "--trainer", "none"});
  }
  void save_model() const { save_sample(sample_model(kConfig, 5), checkpoints_); }

  static void list_items(const Api& api) {
    constexpr std::size_t kTogether = 1000;
    for (std::size_t first = 1; first <= kConfig.items; first += kTogether) {
      std::string body;
      for (std::size_t n = first; n < first + kTogether; ++n) {
        body += fmt::format(R"({}{{"id":"item-{}","title":"Title {}"}})", n == first ? "" : ",", n, n);
      }
      ASSERT_EQ(api.put("/v1/items", "{\"items\":[" + body + "]}").status, 200U);
    }
  }

  /// What is wrong with the answer for a user of whom the model knows items; nothing if it is as it should be.
  static std::string fault(const boost::json::object& answer) {
    if (answer.at("status") != "done") return "is " + std::string(answer.at("status").as_string());
    if (answer.at("source") != "model") return "is popular";
    if (answer.at("items").as_array().size() != 5) return "has not five items";
    for (const auto& item : answer.at("items").as_array()) {
      if (!item.as_object().contains("title")) return "lacks a title";
    }
    return {};
  }

  TemporaryFolder folder_{TemporaryFolder::Place::kDisk};
  std::filesystem::path checkpoints_ = folder_.path() / "checkpoints";
  PostgresServer server_;
};

/// Asks all the time, every other time without waiting for the answer.
class Stream {
 public:
  explicit Stream(std::uint16_t port) {
    for (std::size_t asker = 0; asker < kAskers; ++asker) {
      threads_.emplace_back([this, port, asker](const std::stop_token& stop) { run(stop, port, asker); });
    }
  }
  void stop() { threads_.clear(); }

  std::vector<std::string> answers;   ///< of those that waited
  std::vector<std::string> accepted;  ///< ids of the others

 private:
  void run(const std::stop_token& stop, std::uint16_t port, std::size_t asker) {
    for (std::size_t n = asker; !stop.stop_requested(); ++n) {
      const auto body = fmt::format(R"({{"user":"u{}","history":["item-{}","item-{}"],"k":5}})", n % 7, n % 100 + 1,
                                    n * 31 % 5000 + 1);
      const bool waits = n % 2 == 0;
      HttpResponse answer;
      try {
        answer =
            http(port, {.method = "POST",
                        .path = "/v1/recommendations",
                        .body = body,
                        .headers = waits ? std::vector<std::string>{"Prefer: wait=20"} : std::vector<std::string>{}});
      } catch (const std::exception&) {
        answer.status = 0;  // it is just stopped or started
      }
      const std::scoped_lock lock(mutex_);
      if (answer.status == 200) answers.push_back(answer.body);
      if (answer.status == 202) accepted.emplace_back(parse_object(answer.body).at("id").as_string());
      if (answer.status != 200) std::this_thread::sleep_for(milliseconds(2));
    }
  }

  std::mutex mutex_;
  std::vector<std::jthread> threads_;
};

TEST_F(Restart, TenTimesUnderRequestsEachAnswerIsTheModelsAndHasTitles) {
  save_model();
  auto service = up();
  service.start();
  const Api api(service.port());
  list_items(api);
  Stream stream(service.port());
  for (int restart = 0; restart < 10; ++restart) {
    if (restart % 2 == 0) {
      ASSERT_EQ(service.stop(), 0) << service.log();
    } else {
      service.kill();
    }
    service.start();
    for (int n = 0; n < 5; ++n) {
      const auto first =
          parse_object(api.post("/v1/recommendations", R"({"history":["item-3"],"k":5})", {"Prefer: wait=20"}).body);
      ASSERT_EQ(fault(first), "") << "answer " << n << " after restart " << restart;
    }
  }
  stream.stop();
  ASSERT_GT(stream.answers.size(), 20U);
  ASSERT_GT(stream.accepted.size(), 20U);
  for (const auto& body : stream.answers) ASSERT_EQ(fault(parse_object(body)), "") << body;
  for (const auto& id : stream.accepted) {
    const auto body = api.get("/v1/recommendations/" + id, {"Prefer: wait=20"}).body;
    ASSERT_EQ(fault(parse_object(body)), "") << body;
  }
  fmt::print("{} answers, {} accepted requests\n", stream.answers.size(), stream.accepted.size());
  EXPECT_EQ(service.stop(), 0) << service.log();
}

TEST_F(Restart, WithoutAModelItIsReadyAndSaysWhatIsMissing) {
  auto service = up();
  service.start();
  const Api api(service.port());
  const auto ready = parse_object(api.get("/readyz").body);
  std::vector<std::string> names;
  for (const auto& check : ready.at("checks").as_array()) names.emplace_back(check.at("name").as_string());
  EXPECT_THAT(names, testing::ElementsAre("database", "bus", "catalogue", "popular", "model"));
  const auto& model = ready.at("checks").as_array().back().as_object();
  EXPECT_EQ(model.at("ready"), true);
  EXPECT_THAT(std::string(model.at("detail").as_string()), HasSubstr("no model is served yet"));

  ASSERT_EQ(api.put("/v1/items", R"({"items":[{"id":"b"},{"id":"a"},{"id":"c","available":false}]})").status, 200U);
  const auto answer = api.recommend("new", 10);
  EXPECT_THAT(item_ids(answer), testing::ElementsAre("a", "b"));
  EXPECT_THAT(std::string(answer.at("notice").as_string()), HasSubstr("POST /v1/training-runs"));
  const auto similar = api.get("/v1/items/a/similar");
  EXPECT_EQ(similar.status, 409U);
  EXPECT_THAT(similar.body, HasSubstr("sasrec-trainer train"));

  // Once there is one, nothing needs to be started again.
  save_model();
  ASSERT_TRUE(eventually(seconds(30), [&] { return api.get("/v1/items/item-1/similar").status == 200; }));
  EXPECT_THAT(api.get("/readyz").body, Not(HasSubstr("no model")));
  EXPECT_FALSE(api.recommend("new", 10).contains("notice"));
  EXPECT_EQ(service.stop(), 0) << service.log();
}

TEST_F(Restart, AVersionThatCannotBeServedIsToldAndHoldsNothingUp) {
  const auto bad = save_sample(sample_model(kConfig, 5), checkpoints_);
  auto weights = read_file(bad / "model.safetensors");
  weights.back() = static_cast<char>(weights.back() ^ 1);
  write_file(bad / "model.safetensors", weights);
  auto service = up();
  service.start();
  const Api api(service.port());
  EXPECT_THAT(api.get("/readyz").body, HasSubstr(bad.filename().string()));
  EXPECT_EQ(api.recommend("new").at("source"), "popular");
  EXPECT_EQ(service.stop(), 0) << service.log();
}

TEST_F(Restart, ANewUserGetsKItemsAfterAnEventOfTodayOnAnOldLog) {
  save_model();
  auto service = up();
  service.start();
  const Api api(service.port());
  std::string body;
  for (int n = 1; n <= 40; ++n) {
    body += fmt::format(R"({}{{"user":"u{}","item":"old-{}","time":1520000000}})", n == 1 ? "" : ",", n, n % 20);
  }
  ASSERT_EQ(api.post("/v1/interactions", "{\"interactions\":[" + body + "]}").status, 200U);
  ASSERT_EQ(api.post("/v1/interactions", R"({"interactions":[{"user":"u1","item":"today"}]})").status, 200U);
  ASSERT_TRUE(eventually(seconds(30), [&] { return item_ids(api.recommend("new", 30)).front() == "today"; }));
  const auto answer = api.recommend("new", 30);
  EXPECT_THAT(item_ids(answer), testing::SizeIs(30));
  EXPECT_EQ(answer.at("items").at(0).at("score").to_number<double>(), 1);
  EXPECT_EQ(answer.at("items").at(1).at("score").to_number<double>(), 0);
  EXPECT_EQ(item_ids(parse_object(api.get("/v1/popular?k=30").body)), item_ids(answer));
  EXPECT_EQ(service.stop(), 0) << service.log();
}

}  // namespace
}  // namespace sasrec::test
