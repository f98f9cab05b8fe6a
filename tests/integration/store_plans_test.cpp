#include "store_fixture.hpp"

namespace sasrec {
namespace {

using std::chrono::seconds;

/// Which indexes the statements go through, in the states of the tables that tempt the planner to others: new ones
/// without statistics, statistics made at a moment when nothing was pending, and made while there were few rows.
class StorePlans : public test::StoreTest {
 protected:
  static constexpr std::size_t kRows = 300;

  /// Each kind of statement once or more, on rows of its own.
  void work(const std::string& round, std::size_t rows = kRows) {
    std::vector<bus::Interaction> interactions;
    interactions.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      interactions.push_back(interaction(fmt::format("{}-{}", round, i), fmt::format("u{}", i % 3), "i"));
    }
    ASSERT_TRUE(add(std::move(interactions)));
    ASSERT_TRUE(find(accept_one()).has_value());
    ASSERT_TRUE(store_->take_due(base::now() + seconds(10), base::now() + seconds(10), seconds(60), 10));
    ASSERT_TRUE(store_->expire(base::now() - seconds(10), base::now() - seconds(10), 10));
    std::vector<bus::ResultRecord> results;
    results.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      auto asked = request(fmt::format("u{}", i % 3));
      asked.read_history = true;
      results.push_back(result(asked.message.id));
      store_->accept(asked, [](const base::Result<serving::Accepted>&) {});
    }
    ASSERT_TRUE(accept(request()));  // all before it are accepted once it is
    ASSERT_EQ(store_->finish(results).value(), rows);
    ASSERT_TRUE(history("u1", 10));
  }

  base::Uuid accept_one() {
    const auto asked = request();
    EXPECT_TRUE(accept(asked));
    return asked.message.id;
  }

  std::int64_t reads(const std::string& index) const {
    return number("SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = '" + index + "'");
  }
};

TEST_F(StorePlans, EachStatementGoesThroughTheIndexThatIsMeantForIt) {
  work("new");
  auto connection = connect();
  // This one is not the store's: it must not count as a read of an index.
  execute(connection, "SET enable_indexscan = off; SET enable_bitmapscan = off");
  execute(connection, "UPDATE recommendations SET status = 'done', finished = now() WHERE status = 'pending'");
  // Enough that a page of the pending rows' index looks cheaper than three levels of the primary key.
  execute(connection, R"(
INSERT INTO recommendations (id, history, k, exclude, categories, seen, explain, fingerprint, traceparent, status,
                             created, stored, deadline, next_attempt, finished)
SELECT gen_random_uuid(), '{}', 1, '{}', '{}', 'exclude', false, '', '', 'done', now(), now(), now(), now(), now()
FROM generate_series(1, 30000))");
  execute(connection, "VACUUM ANALYZE");
  open({});
  work("analyzed");
  // Connections hand in what they counted when they end.
  store_.reset();
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return reads("recommendations_pkey") >= std::int64_t{2 * kRows}; }));
  // Those that were due, not those that were finished.
  EXPECT_LE(reads("recommendations_due"), 10);
  EXPECT_LE(reads("recommendations_deadline"), 10);
  EXPECT_EQ(reads("recommendations_user"), 0);
  EXPECT_GE(reads("interactions_history"), std::int64_t{2 * kRows});
  EXPECT_EQ(reads("interactions_time"), 0);
}

TEST_F(StorePlans, ATableThatWasSmallWhenItWasAnalyzedIsNotReadFromEndToEnd) {
  constexpr std::size_t kFew = 30;
  constexpr std::size_t kRounds = 10;
  work("first", kFew);
  auto connection = connect();
  execute(connection, "ANALYZE");
  open({});
  for (std::size_t round = 0; round < kRounds; ++round) work(fmt::format("round-{}", round), kFew);
  store_.reset();
  // Each result finds its row; reading all rows for each batch of results would be five times that.
  ASSERT_TRUE(
      test::eventually(test::kLong, [&] { return reads("recommendations_pkey") >= std::int64_t{kFew * kRounds}; }));
  EXPECT_LE(reads("recommendations_pkey"), std::int64_t{2 * kFew * (kRounds + 1)});
}

}  // namespace
}  // namespace sasrec
