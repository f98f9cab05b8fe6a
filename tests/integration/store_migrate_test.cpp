#include <thread>

#include "store/queries/keys.hpp"
#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using store::Migration;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StoreMigrations : public testing::Test {
 protected:
  std::string url() const { return server_.connection_string(); }

  static store::Deadline soon() { return std::chrono::steady_clock::now() + test::kLong; }

  base::Result<void> execute(const std::string& sql) {
    auto connection = store::Connection::open({.url = url()});
    if (!connection) return base::Failure(connection.error());
    return connection->execute(sql, soon());
  }

  test::PostgresServer server_;
  const std::vector<Migration> two_{{1, "first", "CREATE TABLE first (x int)"},
                                    {2, "second", "CREATE TABLE second (x int); -- a comment at the end"}};
};

TEST_F(StoreMigrations, AreAppliedInOrderAndOnce) {
  const auto first = store::migrate(url(), two_);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_THAT(*first, ElementsAre("0001_first", "0002_second"));
  EXPECT_THAT(*store::migrate(url(), two_), IsEmpty());
  auto three = two_;
  three.push_back({3, "third", "ALTER TABLE first ADD y int"});
  EXPECT_THAT(*store::migrate(url(), three), ElementsAre("0003_third"));
  EXPECT_TRUE(execute("INSERT INTO first (x, y) VALUES (1, 2)"));
}

TEST_F(StoreMigrations, WhetherThereAreKeysIsKnownBeforeThem) {
  const auto has = [&] {
    const auto keys = store::has_keys(url());
    EXPECT_TRUE(keys) << keys.error().message;
    return keys && *keys;
  };
  EXPECT_FALSE(has());
  ASSERT_TRUE(store::migrate(url()));
  EXPECT_FALSE(has());
  ASSERT_TRUE(execute("INSERT INTO api_keys (name, hash, scopes, rate) VALUES ('shop', repeat('a', 64), '{read}', 0)"));
  EXPECT_TRUE(has());
}

TEST_F(StoreMigrations, ManyAtOnceApplyEachOnce) {
  std::vector<std::size_t> applied(8);
  {
    std::vector<std::jthread> threads;
    threads.reserve(applied.size());
    for (auto& mine : applied) {
      threads.emplace_back([&] {
        const auto names = store::migrate(url());
        EXPECT_TRUE(names.has_value()) << names.error().message;
        mine = names ? names->size() : 0;
      });
    }
  }
  std::ranges::sort(applied);
  EXPECT_EQ(applied.back(), store::built_in_migrations().size());
  EXPECT_EQ(applied[applied.size() - 2], 0U);
}

TEST_F(StoreMigrations, ChangedOneIsRefused) {
  ASSERT_TRUE(store::migrate(url(), two_));
  auto changed = two_;
  changed[0].sql = "CREATE TABLE first (x bigint)";
  const auto refused = store::migrate(url(), changed);
  EXPECT_EQ(test::code(refused), ErrorCode::kCorrupt);
  EXPECT_THAT(refused.error().message, HasSubstr("0001_first"));
  EXPECT_THAT(refused.error().message, HasSubstr("new migration"));
}

TEST_F(StoreMigrations, NewerDatabaseIsRefused) {
  ASSERT_TRUE(store::migrate(url(), two_));
  const auto refused = store::migrate(url(), std::span(two_).first(1));
  EXPECT_EQ(test::code(refused), ErrorCode::kInvalidInput);
  EXPECT_THAT(refused.error().message, HasSubstr("0002_second"));
  EXPECT_THAT(refused.error().message, HasSubstr("newer sasrec"));
}

TEST_F(StoreMigrations, OneThatFailsLeavesNothingAndThoseBeforeItStay) {
  auto broken = two_;
  broken[1].sql = "CREATE TABLE second (x int); SELECT no_such_function()";
  const auto failed = store::migrate(url(), broken);
  EXPECT_EQ(test::code(failed), ErrorCode::kInternal);
  EXPECT_THAT(failed.error().message, HasSubstr("0002_second"));
  EXPECT_THAT(*store::migrate(url(), two_), ElementsAre("0002_second"));
}

TEST_F(StoreMigrations, AnotherOneIsNotWaitedForForEver) {
  ASSERT_TRUE(store::migrate(url(), two_));
  auto holder = store::Connection::open({.url = url()});
  ASSERT_TRUE(holder.has_value());
  // The lock's number stands in migrate.cpp: "sasrec" in ASCII.
  ASSERT_TRUE(holder->execute("SELECT pg_advisory_lock(x'736173726563'::bigint)", soon()));
  const auto refused = store::migrate(url(), two_, {.wait = std::chrono::milliseconds(200)});
  EXPECT_EQ(test::code(refused), ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("another process"));
  ASSERT_TRUE(holder->execute("SELECT pg_advisory_unlock(x'736173726563'::bigint)", soon()));
  EXPECT_TRUE(store::migrate(url(), two_));
}

TEST_F(StoreMigrations, DatabaseThatIsAwayIsUnavailable) {
  server_.stop();
  EXPECT_EQ(test::code(store::migrate(url(), two_)), ErrorCode::kUnavailable);
}

TEST_F(StoreMigrations, EveryTableAndColumnIsExplained) {
  ASSERT_TRUE(store::migrate(url()));
  auto connection = store::Connection::open({.url = url()});
  // Keys of other tables and of our own need no words: "id", and the time of the event itself.
  const store::Statement bare{"bare", R"(
SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum >= 0 AND NOT a.attisdropped
  AND a.attname NOT IN ('id') AND col_description(c.oid, a.attnum) IS NULL
UNION ALL
SELECT c.relname FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND obj_description(c.oid) IS NULL)"};
  const auto rows = connection->run(bare, {}, soon());
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  for (std::size_t i = 0; i < rows->size(); ++i) ADD_FAILURE() << rows->text(i, 0) << " has no comment";
}

}  // namespace
}  // namespace sasrec
