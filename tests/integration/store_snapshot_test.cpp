#include <chrono>
#include <string>
#include <vector>

#include "store/snapshot.hpp"
#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;
using testing::ElementsAre;

class StoreSnapshot : public test::StoreTest {};

TEST_F(StoreSnapshot, ASnapshotHoldsEachUsersItemsInTheOrderOfHistories) {
  const base::Time noon(hours(24 * 365 * 40));
  ASSERT_TRUE(add({interaction("e1", "u1", "i1", noon + seconds(2)), interaction("e2", "u2", "i2", noon),
                   interaction("e3", "u1", "i2", noon + microseconds(1)),  // earlier than e1 and e4
                   interaction("e4", "u1", "i3", noon + microseconds(2)),  // the same second as e3
                   interaction("e5", "u1", "i4", noon + seconds(2))}));    // e1's very time, arrived later
  const auto snapshot = store::read_snapshot(url());
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  const auto& sequences = snapshot->sequences;
  ASSERT_EQ(sequences.user_count(), 2U);
  const auto of = [&](const std::string& user) {
    const auto place = std::ranges::find(sequences.users, user) - sequences.users.begin();
    std::vector<std::string> items;
    for (const auto item : sequences.of(static_cast<std::size_t>(place)))
      items.push_back(snapshot->log.items[item.value]);
    return items;
  };
  EXPECT_THAT(of("u1"), ElementsAre("i2", "i3", "i1", "i4"));
  EXPECT_THAT(of("u2"), ElementsAre("i2"));
  EXPECT_EQ(sequences.times_of(0)[0], 24LL * 365 * 40 * 3600);
  EXPECT_EQ(snapshot->through_ordinal, number("SELECT max(ordinal) FROM interactions"));

  // What came later is left out where the end is set: a run that was cut short reads the same again.
  ASSERT_TRUE(add({interaction("e6", "u3", "i9")}));
  const auto again = store::read_snapshot(url(), {.through_ordinal = snapshot->through_ordinal});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->sequences.items.size(), 5U);
  EXPECT_EQ(store::read_snapshot(url())->sequences.items.size(), 6U);
}

TEST_F(StoreSnapshot, AnEmptyDatabaseGivesAnEmptySnapshot) {
  const auto snapshot = store::read_snapshot(url());
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(snapshot->sequences.user_count(), 0U);
  EXPECT_EQ(snapshot->through_ordinal, 0);
}

TEST_F(StoreSnapshot, ADatabaseLostWhileReadingIsTold) {
  auto connection = connect();
  execute(connection, R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind)
SELECT n::text, 'user ' || n % 1000, 'item ' || n % 77, to_timestamp(n), 'view' FROM generate_series(1, 250000) n)");
  std::size_t asked = 0;
  const auto cut = store::read_snapshot(url(), {.on_progress = [&](std::size_t, std::size_t total) {
                                          EXPECT_EQ(total, 250'000U);
                                          if (asked++ == 0) server_.kill();
                                        }});
  EXPECT_EQ(asked, 1U);
  EXPECT_EQ(test::code(cut), ErrorCode::kUnavailable);
  EXPECT_EQ(test::code(store::read_snapshot(url())), ErrorCode::kUnavailable);
  server_.start();
  const auto whole = store::read_snapshot(url());
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->sequences.items.size(), 250'000U);
}

TEST_F(StoreSnapshot, WritersDoNotWaitForAReader) {
  auto connection = connect();
  execute(connection, R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind)
SELECT n::text, 'user ' || n % 1000, 'item ' || n % 77, to_timestamp(n), 'view' FROM generate_series(1, 100000) n)");
  bool written = false;
  const auto snapshot = store::read_snapshot(url(), {.on_progress = [&](std::size_t, std::size_t) {
                                               // The reader stands here, with its transaction open.
                                               written = add({interaction("new", "u", "i")}).has_value();
                                             }});
  EXPECT_TRUE(written);
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->sequences.items.size(), 100'000U);  // and does not see it
}

}  // namespace
}  // namespace sasrec
