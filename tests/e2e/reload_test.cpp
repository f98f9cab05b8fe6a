// Models swapped under load: no answer fails, expires or mixes versions, and nobody waits longer for it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <random>

#include <boost/json/serialize.hpp>

#include "e2e/service_fixture.hpp"
#include "recommend/recommender.hpp"
#include "support/edit_version.hpp"
#include "support/eventually.hpp"
#include "support/postgres_server.hpp"
#include "support/sample_checkpoint.hpp"

namespace sasrec::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// About what MovieLens 1M gives.
constexpr checkpoint::ModelConfig kConfig{
    .items = 3416, .hidden = 128, .heads = 2, .blocks = 2, .max_length = 200, .feed_forward = 128};
constexpr std::size_t kHistories = 50;
constexpr std::size_t kConnections = 16;        // as fast as answers come
constexpr std::size_t kConnectionsAtRate = 64;  // enough for the rate while some wait

struct Answer {
  steady_clock::time_point due;
  float milliseconds = 0;
  unsigned status = 0;
  std::string body;
};

float p99(std::vector<float> values) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 99 / 100);
  std::ranges::nth_element(values, at);
  return *at;
}

class Reload : public testing::Test {
 protected:
  Reload() {
    std::mt19937 random(3);
    for (auto& history : histories_) {
      for (int i = 0; i < 40; ++i) history.push_back(fmt::format("item-{}", random() % kConfig.items + 1));
    }
    for (std::uint64_t seed = 1; seed <= 2; ++seed) publish(seed);
  }

  void publish(std::uint64_t seed) {
    const auto folder = save_sample(sample_model(kConfig, seed), checkpoints_);
    versions_.push_back(folder.filename().string());
    recommend::Recommender recommender(recommend::Model::load(folder).value());
    recommend::Answer answer;
    for (const auto& history : histories_) {
      EXPECT_TRUE(recommender.recommend({.history = history, .k = 10, .exclude = {}}, answer));
      std::vector<std::string> items;
      for (const auto& item : answer.items) items.emplace_back(item.item);
      expected_[versions_.back()].push_back(std::move(items));
    }
  }

  std::string body(std::size_t n) const {
    std::string list;
    for (const auto& item : histories_[n % kHistories]) list += (list.empty() ? "\"" : ",\"") + item + "\"";
    return "{\"k\":10,\"history\":[" + list + "]}";
  }

  /// Asks from some connections until `stop`: at `rate` a second whatever the answers do, or (0) as fast as they come.
  std::vector<Answer> ask(double rate, const std::atomic<bool>& stop) const {
    std::atomic<std::size_t> next = 0;
    std::vector<std::vector<Answer>> answers(rate > 0 ? kConnectionsAtRate : kConnections);
    const auto begun = steady_clock::now();
    std::vector<std::jthread> threads;
    for (auto& mine : answers) {
      threads.emplace_back([&] {
        HttpClient client(port_);
        while (!stop) {
          const auto n = next++;
          Answer answer{.due = steady_clock::now()};
          if (rate > 0) {
            answer.due = begun + std::chrono::duration_cast<steady_clock::duration>(
                                     std::chrono::duration<double>(static_cast<double>(n) / rate));
            std::this_thread::sleep_until(answer.due);
          }
          const auto response = client.ask(
              {.method = "POST", .path = "/v1/recommendations", .body = body(n), .headers = {"Prefer: wait=20"}});
          answer.milliseconds = std::chrono::duration<float, std::milli>(steady_clock::now() - answer.due).count();
          answer.status = response.status;
          answer.body = std::to_string(n % kHistories) + ' ' + response.body;
          mine.push_back(std::move(answer));
        }
      });
    }
    threads.clear();
    std::vector<Answer> all;
    for (auto& mine : answers) std::ranges::move(mine, std::back_inserter(all));
    return all;
  }

  double peak(milliseconds duration) const {
    std::atomic<bool> stop = false;
    const std::jthread timer([&] {
      std::this_thread::sleep_for(duration);
      stop = true;
    });
    const auto count = ask(0, stop).size();
    return static_cast<double>(count) / std::chrono::duration<double>(duration).count();
  }

  /// Every answer is done, of one version, and what that version answers.
  void check(const std::vector<Answer>& answers) const {
    std::map<std::string, std::size_t> by_version;
    for (const auto& answer : answers) {
      ASSERT_EQ(answer.status, 200U) << answer.body;
      const auto space = answer.body.find(' ');
      const auto history = std::stoul(answer.body.substr(0, space));
      const auto result = parse_object(answer.body.substr(space + 1));
      ASSERT_EQ(result.at("status"), "done") << answer.body;
      const std::string version(result.at("model").as_string());
      ASSERT_TRUE(expected_.contains(version)) << version;
      ASSERT_EQ(item_ids(result), expected_.at(version)[history]) << "not what " << version << " answers";
      ++by_version[version];
    }
    EXPECT_EQ(by_version.size(), 2U);
  }

  double resident_mebibytes() const {
    std::ifstream status("/proc/" + std::to_string(service_.pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
    }
    return 0;
  }

  /// Activates the versions in turn under load, after so long without, and measures what the requests around it notice.
  void reload(std::size_t reloads, milliseconds pause, double share_of_peak, milliseconds settling) {
    service_.start();
    port_ = service_.port();
    const Api api(port_);
    const auto fastest = peak(milliseconds(3'000));
    std::atomic<bool> stop = false;
    std::vector<Answer> answers;
    std::jthread load([&] { answers = ask(share_of_peak * fastest, stop); });
    std::this_thread::sleep_for(settling);
    std::vector<steady_clock::time_point> moments;
    double after_fifth = 0;
    std::vector<float> activations;
    for (std::size_t i = 0; i < reloads; ++i) {
      moments.push_back(steady_clock::now());
      const auto response = api.post("/v1/models/" + versions_[i % 2] + "/activate", "");
      activations.push_back(std::chrono::duration<float, std::milli>(steady_clock::now() - moments.back()).count());
      ASSERT_EQ(response.status, 200U) << response.body;
      std::this_thread::sleep_until(moments.back() + pause);
      if (i == 4) after_fifth = resident_mebibytes();
    }
    const auto at_end = resident_mebibytes();
    stop = true;
    load.join();
    check(answers);

    std::vector<float> steady;
    std::vector<float> around;
    for (const auto& answer : answers) {
      if (answer.due < moments.front() - pause / 2) continue;  // its beginning
      const bool near = std::ranges::any_of(
          moments, [&](auto moment) { return answer.due >= moment && answer.due < moment + milliseconds(500); });
      (near ? around : steady).push_back(answer.milliseconds);
    }
    fmt::print(
        "{} reloads, {} answers at {:.0f}/s of at most {:.0f}/s: p99 {:.1f} ms within 500 ms of a reload, "
        "{:.1f} ms else; activating took at most {:.0f} ms; memory {:.0f} MiB after the 5th, {:.0f} at the end\n",
        reloads, answers.size(), share_of_peak * fastest, fastest, p99(around), p99(steady),
        *std::ranges::max_element(activations), after_fifth, at_end);
    growth_ = at_end / after_fifth;
    p99_around_ = p99(around);
    p99_steady_ = p99(steady);
    EXPECT_EQ(service_.stop(), 0) << service_.log();
  }

  // In memory: an fsync of CURRENT on the database's own disk holds up the database, which has nothing to do with
  // reloads.
  TemporaryFolder folder_;
  std::filesystem::path checkpoints_ = folder_.path() / "checkpoints";
  std::vector<std::vector<std::string>> histories_{kHistories};
  std::vector<std::string> versions_;
  std::map<std::string, std::vector<std::vector<std::string>>> expected_;
  PostgresServer database_;
  Role service_{
      {"up", "--database", database_.connection_string(), "--checkpoints", checkpoints_.string(), "--trainer", "none"}};
  std::uint16_t port_ = 0;
  double growth_ = 0;  // of memory, since the fifth reload
  float p99_around_ = 0;
  float p99_steady_ = 0;
};

TEST_F(Reload, UnderLoadNoAnswerFailsOrMixesVersions) {
  reload(8, milliseconds(600), 0.5, milliseconds(600));
}

TEST_F(Reload, SlowAHundredUnderFourFifthsOfPeakLoadKeepNobodyWaiting) {
  // The load's own memory grows for a minute: answers are remembered, and each thread's allocator finds its size.
  reload(100, milliseconds(1'500), 0.8, seconds(60));
  EXPECT_LE(growth_, 1.05);
  EXPECT_LE(p99_around_, 1.2F * p99_steady_);
}

TEST_F(Reload, AVersionThatIsDamagedInAnyWayIsNeverServedNorDisplacesTheGoodOne) {
  service_.start();
  port_ = service_.port();
  const Api api(port_);
  const auto good = versions_[1];
  Asker asker(port_, 30);
  const std::vector<std::pair<const char*, std::function<void(const std::filesystem::path&)>>> damages{
      {"a bit of the weights flipped",
       [](const auto& version) {
         auto bytes = read_file(version / "model.safetensors");
         bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
         write_file(version / "model.safetensors", bytes);
       }},
      {"weights cut short",
       [](const auto& version) {
         std::filesystem::resize_file(version / "model.safetensors", 1000);
       }},
      {"an empty file",
       [](const auto& version) {
         write_file(version / "config.json", "");
       }},
      {"a file missing",
       [](const auto& version) {
         std::filesystem::remove(version / "vocab.txt");
       }},
      {"no manifest",
       [](const auto& version) {
         std::filesystem::remove(version / "manifest.json");
       }},
      {"another model's vocabulary", [](const auto& version) {
         write_file(version / "vocab.txt", "item-1\nitem-2\n");
         seal_version(version);
       }}};
  for (const auto& [what, damage] : damages) {
    SCOPED_TRACE(what);
    const auto folder =
        checkpoints_ / (versions_[0].substr(0, 17) + fmt::format("{:06}", 100 + &damage - &damages[0].second));
    std::filesystem::copy(checkpoints_ / versions_[0], folder, std::filesystem::copy_options::recursive);
    damage(folder);
    const auto version = folder.filename().string();
    // As if its writer had not looked: CURRENT names it.
    write_file(checkpoints_ / "CURRENT", version + "\n");
    EXPECT_TRUE(eventually(seconds(10),
                           [&] { return checkpoint::Directory(checkpoints_).quarantine_reason(version).has_value(); }));
    EXPECT_TRUE(eventually(seconds(10), [&] { return service_.log().find(version) != std::string::npos; }));
    boost::json::object answer;
    EXPECT_TRUE(eventually(seconds(10), [&] {  // a machine that is busy may refuse it at first
      answer = parse_object(api.post("/v1/recommendations", body(0), {"Prefer: wait=10"}).body);
      return answer.contains("model");
    })) << boost::json::serialize(answer);
    EXPECT_EQ(answer["model"], good.c_str());
    write_file(checkpoints_ / "CURRENT", good + "\n");
  }
  EXPECT_THAT(api.get("/metrics").body,
              testing::HasSubstr(fmt::format("sasrec_model_loads_total{{outcome=\"corrupt\"}} {}", damages.size())));
  asker.stop();
  expect_nothing_lost(asker, database_.connection_string(), seconds(30));
  EXPECT_EQ(service_.stop(), 0) << service_.log();
}

}  // namespace
}  // namespace sasrec::test
