// How fast the trainer reads ten million interactions, what memory that takes, and what writers notice of it.
#include <sys/resource.h>

#include <atomic>
#include <cstdio>
#include <thread>

#include "integration/store_fixture.hpp"
#include "store/snapshot.hpp"

namespace sasrec {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::size_t kInteractions = 10'000'000;

double seconds_since(steady_clock::time_point begun) {
  return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

double peak_gibibytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1024 * 1024);
}

class SnapshotSpeed : public test::StoreTest {
 protected:
  /// Batches of 100 interactions that one writer gets stored in a second, until `stop`.
  double write(const std::atomic<bool>& stop) {
    const auto begun = steady_clock::now();
    std::size_t batches = 0;
    while (!stop) {
      std::vector<bus::Interaction> batch;
      batch.reserve(100);
      for (int i = 0; i < 100; ++i) batch.push_back(interaction(base::Uuid::make().text(), "writer", "item"));
      EXPECT_TRUE(add(std::move(batch)));
      ++batches;
    }
    return static_cast<double>(batches) / seconds_since(begun);
  }
};

TEST_F(SnapshotSpeed, TenMillionInteractions) {
  auto connection = connect();
  // 200,000 users with 50 each, 50,000 items; ids as long as UUIDs without their hyphens.
  const auto filled = connection.execute(fmt::format(R"(
SET statement_timeout = 0;
INSERT INTO interactions (event_id, user_id, item_id, time, kind)
SELECT 'event-' || n, md5((n % 200000)::text), md5((n * 7919 % 50000)::text), to_timestamp(1600000000 + n * 3), 'view'
FROM generate_series(1::bigint, {}) n)",
                                                     kInteractions),
                                         steady_clock::now() + std::chrono::minutes(30));
  ASSERT_TRUE(filled) << filled.error().message;
  ASSERT_TRUE(connection.execute("VACUUM (ANALYZE) interactions", steady_clock::now() + std::chrono::minutes(10)));

  std::atomic<bool> stop = false;
  double alone = 0;
  std::jthread writer([&] { alone = write(stop); });
  std::this_thread::sleep_for(seconds(5));
  stop = true;
  writer.join();

  stop = false;
  double beside = 0;
  writer = std::jthread([&] { beside = write(stop); });
  const auto begun = steady_clock::now();
  const auto snapshot = store::read_snapshot(url());
  const double took = seconds_since(begun);
  stop = true;
  writer.join();
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_GE(snapshot->sequences.items.size(), kInteractions);
  EXPECT_EQ(snapshot->log.items.size(), 50'001U);
  std::printf(
      "read %zu interactions of %zu users in %.1f s, at most %.2f GiB; a writer stores %.0f batches a second "
      "beside it, %.0f alone\n",
      snapshot->sequences.items.size(), snapshot->sequences.user_count(), took, peak_gibibytes(), beside, alone);
  EXPECT_LE(took, 60);
  EXPECT_LE(peak_gibibytes(), 1);
}

}  // namespace
}  // namespace sasrec
