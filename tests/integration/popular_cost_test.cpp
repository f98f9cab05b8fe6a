// What counting popular items reads must not grow with the log.
#include "store_fixture.hpp"

namespace sasrec {
namespace {

using catalogue::Counting;

class PopularCost : public test::StoreTest {
 protected:
  void fill(std::int64_t rows) {
    auto connection = connect();
    execute(connection, fmt::format(R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind)
SELECT 'old' || n, 'u' || n / 50, 'i' || n % 2000 * 7919 % 2000, timestamptz '2018-01-01' + n % 700 * interval '1 day', 'view'
FROM generate_series(1, {}) n)",
                                    rows));
    count();
  }

  void count() {
    ASSERT_TRUE(test::eventually(std::chrono::minutes(5), [&] {
      const auto counted = store_->count_popular();
      EXPECT_TRUE(counted.has_value()) << counted.error().message;
      return !counted || *counted == Counting::kIdle;
    }));
  }

  struct Reads {
    std::int64_t rows = 0;
    std::int64_t pages = 0;
  };
  Reads reads() const {
    return {
        number(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'interactions'"),
        number("SELECT heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0) "
               "FROM pg_statio_user_tables WHERE relname = 'interactions'")};
  }

  /// What it reads to count a thousand new rows, and to find nothing new ten times.
  Reads cost() {
    auto connection = connect();
    execute(connection, R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind)
SELECT 'new' || n, 'v' || n, 'i' || n % 50, timestamptz '2020-01-01', 'view' FROM generate_series(1, 1000) n)");
    execute(connection, "SELECT pg_stat_force_next_flush()");
    flush();
    const auto before = reads();
    count();
    for (int n = 0; n < 10; ++n) count();
    flush();
    const auto after = reads();
    return {after.rows - before.rows, after.pages - before.pages};
  }

  /// Sessions hand in what they counted when they end.
  void flush() {
    store_.reset();
    const bool ended = test::eventually(test::kLong, [&] {
      return number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sasrec'") == 0;
    });
    EXPECT_TRUE(ended);
    open({});
  }
};

TEST_F(PopularCost, IsThatOfWhatIsNewHoweverLongTheLogIs) {
  fill(100'000);
  const auto small = cost();
  auto connection = connect();
  execute(connection, "TRUNCATE interactions");
  fill(1'000'000);
  const auto large = cost();
  fmt::print("a thousand new rows: {} rows and {} pages read at 100,000 interactions, {} and {} at 1,000,000\n",
             small.rows, small.pages, large.rows, large.pages);
  // At most the ranges of blocks that the index of arrivals doesn't cover yet: 128 pages each, of about 60 rows.
  EXPECT_GE(large.rows, 1000);
  EXPECT_LE(large.rows, 40'000);
  EXPECT_LE(large.pages, 2 * small.pages + 1'000);
}

}  // namespace
}  // namespace sasrec
