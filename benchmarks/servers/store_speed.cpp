#include <atomic>
#include <cstdio>
#include <latch>
#include <random>
#include <semaphore>

#include "integration/store_fixture.hpp"
#include "store/bulk_import.hpp"

namespace sasrec {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

/// What the store does in a second, on a server that syncs each commit to disk. Fails only if something is not stored.
class StoreSpeed : public testing::Test {
 protected:
  static constexpr int kUsers = 2'000;
  static constexpr int kHistory = 165;

  void SetUp() override {
    ASSERT_TRUE(store::migrate(url()));
    std::size_t at = 0;
    const auto source = [&](bus::Interaction& row) -> base::Result<bool> {
      if (at == std::size_t{kUsers} * kHistory) return false;
      row = interaction(fmt::format("import-{}", at), at % kUsers);
      row.time = base::Time(seconds(1'600'000'000 + random_() % 100'000'000));
      ++at;
      return true;
    };
    const auto begun = steady_clock::now();
    const auto imported = store::import_interactions(url(), source);
    ASSERT_TRUE(imported.has_value()) << imported.error().message;
    print("import", imported->added, begun);
    auto connection = store::Connection::open({.url = url()});
    ASSERT_TRUE(connection->execute("VACUUM (ANALYZE) interactions", steady_clock::now() + seconds(60)));
    store_ = std::make_unique<store::PostgresStore>(
        store::PostgresStore::Options{.url = url(), .max_waiting_requests = 100'000});
  }

  std::string url() const { return server_.connection_string(); }

  std::string item() { return std::to_string(random_() % 3'706); }

  bus::Interaction interaction(std::string id, std::size_t user) {
    return {.id = std::move(id), .user = fmt::format("u{}", user), .item = item(), .time = base::now(), .kind = "view"};
  }

  static void print(const char* what, std::size_t count, steady_clock::time_point begun) {
    const std::chrono::duration<double> took = steady_clock::now() - begun;
    std::printf("%-32s %9.0f/s\n", what, static_cast<double>(count) / took.count());
  }

  /// Accepts with at most 2,000 on the way, then finishes by 500.
  void accept_and_finish(const char* what, bool read_history) {
    constexpr std::size_t kRequests = 20'000;
    std::vector<serving::NewRequest> requests(kRequests);
    std::vector<bus::ResultRecord> results(kRequests);
    for (std::size_t i = 0; i < kRequests; ++i) {
      auto& message = requests[i].message;
      message.id = base::Uuid::make();
      message.user = fmt::format("u{}", random_() % kUsers);
      message.created = base::now();
      message.deadline = message.created + seconds(60);
      requests[i].read_history = read_history;
      for (int n = 0; n < kHistory && !read_history; ++n) message.history.push_back(item());
      results[i] = {.id = message.id, .model = "20261122T153000Z-000007", .source = "model", .finished = base::now()};
      for (int n = 0; n < 10; ++n) results[i].items.push_back({item(), static_cast<float>(random_() % 1000) / 7});
    }
    std::counting_semaphore<> window(2'000);
    std::latch answered(kRequests);
    std::atomic<std::size_t> accepted = 0;
    const auto begun = steady_clock::now();
    for (auto& request : requests) {
      window.acquire();
      store_->accept(std::move(request), [&](const base::Result<serving::Accepted>& result) {
        if (result) ++accepted;
        window.release();
        answered.count_down();
      });
    }
    answered.wait();
    EXPECT_EQ(accepted, kRequests);
    print(fmt::format("accept, {}", what).c_str(), kRequests, begun);
    const auto half = steady_clock::now();
    std::size_t finished = 0;
    for (std::size_t i = 0; i < kRequests; i += 500) {
      finished += store_->finish(std::span(results).subspan(i, 500)).value_or(0);
    }
    EXPECT_EQ(finished, kRequests);
    print("finish", kRequests, half);
    print("accept, then finish", kRequests, begun);
  }

  test::PostgresServer server_{
      {.fsync = test::PostgresServer::Fsync::kOn, .settings = {{"shared_buffers", "256MB"}, {"max_wal_size", "4GB"}}}};
  std::mt19937 random_{1};
  std::unique_ptr<store::PostgresStore> store_;
};

TEST_F(StoreSpeed, RequestsWithTheirHistories) {
  accept_and_finish("165 items given", false);
}

TEST_F(StoreSpeed, RequestsWhoseHistoriesAreRead) {
  accept_and_finish("165 items read", true);
}

TEST_F(StoreSpeed, Interactions) {
  constexpr std::size_t kCalls = 2'000;
  std::vector<std::vector<bus::Interaction>> calls(kCalls);
  for (auto& list : calls) {
    for (int i = 0; i < 100; ++i) list.push_back(interaction(base::Uuid::make().text(), random_() % kUsers));
  }
  std::counting_semaphore<> window(20);
  std::latch answered(kCalls);
  std::atomic<std::size_t> added = 0;
  const auto begun = steady_clock::now();
  for (auto& list : calls) {
    window.acquire();
    store_->add(std::move(list), [&](const base::Result<serving::AddedInteractions>& result) {
      if (result) added += result->added;
      window.release();
      answered.count_down();
    });
  }
  answered.wait();
  EXPECT_EQ(added, kCalls * 100);
  print("add, batches of 100", added, begun);
}

}  // namespace
}  // namespace sasrec
