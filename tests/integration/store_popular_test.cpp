// What is popular, counted by PostgreSQL as interactions arrive: held against a count of the whole table.
#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "catalogue/catalogue.hpp"
#include "catalogue/popular_items.hpp"
#include "serving/popular_answer.hpp"
#include "store/bulk_import.hpp"
#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ScoredId;
using bus::Interaction;
using catalogue::Counting;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const base::Time kIn2018{days(17'600)};
const base::Time kIn2199{days(83'700)};

/// Rows of popular_days and popular_items that are not what the interactions say.
constexpr const char* kWrong = R"(
WITH days AS (
  SELECT (time AT TIME ZONE 'UTC')::date AS day, item_id, count(*) AS count FROM interactions WHERE time <= now()
  GROUP BY 1, 2
), items AS (
  SELECT item_id, coalesce(sum(count) FILTER (WHERE day > (SELECT max(day) FROM days) - 30), 0) AS recent,
         sum(count) AS total FROM days GROUP BY 1
)
SELECT (SELECT count(*) FROM days d FULL JOIN popular_days p ON p.day = d.day AND p.item_id = d.item_id
        WHERE d.count IS DISTINCT FROM p.count)
     + (SELECT count(*) FROM items i FULL JOIN popular_items p ON p.item_id = i.item_id
        WHERE i.recent IS DISTINCT FROM p.recent OR i.total IS DISTINCT FROM p.total)
     + (SELECT count(*) FROM popular_removed))";

class StorePopular : public test::StoreTest {
 protected:
  /// Counts all there is.
  void count() {
    ASSERT_TRUE(test::eventually(test::kLong, [&] { return step() == Counting::kIdle; }));
  }

  Counting step() {
    const auto counted = store_->count_popular();
    EXPECT_TRUE(counted.has_value()) << counted.error().message;
    return counted.value_or(Counting::kIdle);
  }

  std::vector<ScoredId> ranking(std::size_t most = 100) {
    const auto read = store_->popular(most, std::nullopt);
    EXPECT_TRUE(read.has_value()) << read.error().message;
    return read && *read ? (*read)->items : std::vector<ScoredId>();
  }

  std::int64_t revision() { return number("SELECT revision FROM popular_state"); }

  void add_at(const std::string& item, base::Time time, int count = 1, const std::string& user = "u1") {
    std::vector<Interaction> list;
    for (int n = 0; n < count; ++n) {
      list.push_back(interaction(fmt::format("e{}", next_event_++), user, item, time));
    }
    ASSERT_TRUE(add(std::move(list)));
  }

  std::size_t remove(const std::string& user) {
    return test::answer<std::size_t>([&](auto done) { store_->remove_user(user, std::move(done)); }).value_or(0);
  }

  int next_event_ = 0;
};

TEST_F(StorePopular, ItemsOfTheWindowComeFirstAndThenThoseOfEarlierDays) {
  EXPECT_THAT(ranking(), IsEmpty());
  add_at("b", kIn2018, 2);
  add_at("a", kIn2018 - days(40), 3);
  add_at("c", kIn2018, 2);
  add_at("c", kIn2018 - days(100), 1);
  count();
  EXPECT_THAT(ranking(), ElementsAre(ScoredId{"c", 2}, ScoredId{"b", 2}, ScoredId{"a", 0}));
  EXPECT_THAT(ranking(1), ElementsAre(ScoredId{"c", 2}));
  // One event of today: the window is its own, the rest follows by what it had before.
  add_at("today", base::now());
  count();
  EXPECT_THAT(ranking(), ElementsAre(ScoredId{"today", 1}, ScoredId{"a", 0}, ScoredId{"c", 0}, ScoredId{"b", 0}));
  EXPECT_EQ(number(kWrong), 0);
}

TEST_F(StorePopular, TheWindowHasThirtyDays) {
  add_at("newest", kIn2018 + hours(23));
  add_at("first", kIn2018 - days(29));
  add_at("before", kIn2018 - days(29) - seconds(1));
  count();
  EXPECT_THAT(ranking(), ElementsAre(ScoredId{"first", 1}, ScoredId{"newest", 1}, ScoredId{"before", 0}));
}

TEST_F(StorePopular, ATimeToComeDoesNotCountUntilItHasCome) {
  add_at("now", base::now() - hours(1), 2);
  add_at("one day", kIn2199, 5);
  const auto soon_after = base::now() + seconds(2);
  add_at("soon", soon_after, 3);
  count();
  EXPECT_THAT(ranking(), ElementsAre(ScoredId{"now", 2}));
  EXPECT_EQ(number("SELECT count(*) FROM popular_ahead"), 8);
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return step() == Counting::kIdle && ranking().size() == 2; }));
  EXPECT_GE(base::now(), soon_after);
  EXPECT_THAT(ranking(), ElementsAre(ScoredId{"soon", 3}, ScoredId{"now", 2}));
  EXPECT_EQ(number(kWrong), 0);
}

TEST_F(StorePopular, OneThatBecomesVisibleLateIsCountedOnce) {
  add_at("a", kIn2018);
  count();
  auto late = connect();
  execute(late,
          "BEGIN; INSERT INTO interactions (event_id, user_id, item_id, time, kind) "
          "VALUES ('late', 'u', 'late', '2018-03-01', 'view')");
  add_at("b", kIn2018);
  EXPECT_EQ(step(), Counting::kWaiting);
  add_at("c", kIn2018);
  EXPECT_EQ(step(), Counting::kWaiting);
  EXPECT_THAT(ranking(), SizeIs(1));
  execute(late, "COMMIT");
  count();
  count();
  EXPECT_THAT(ranking(), SizeIs(4));
  EXPECT_EQ(number(kWrong), 0);
}

TEST_F(StorePopular, WhatIsDeletedNoLongerCounts) {
  add_at("a", kIn2018, 2);
  add_at("a", kIn2018, 3, "u2");
  add_at("only", base::now() - seconds(1), 1, "u2");
  add_at("later", kIn2199, 1, "u2");
  count();
  add_at("a", kIn2018, 1, "u2");  // deleted before it is counted
  EXPECT_EQ(remove("u2"), 6U);
  count();
  EXPECT_THAT(ranking(), ElementsAre(ScoredId{"a", 2}));  // the window is that of 2018 again
  EXPECT_EQ(number(kWrong), 0);
  EXPECT_EQ(number("SELECT count(*) FROM popular_ahead"), 0);
  auto connection = connect();
  execute(connection, "DELETE FROM interactions");
  count();
  EXPECT_THAT(ranking(), IsEmpty());
  add_at("b", kIn2018);
  count();
  EXPECT_THAT(ranking(), ElementsAre(ScoredId{"b", 1}));
  EXPECT_EQ(number(kWrong), 0);
}

TEST_F(StorePopular, AnEmptiedTableIsCountedFromTheBeginning) {
  for (const auto* how : {"TRUNCATE interactions", "TRUNCATE interactions RESTART IDENTITY"}) {
    add_at("a", kIn2018, 3);
    count();
    add_at("b", kIn2018);
    auto connection = connect();
    execute(connection, how);
    EXPECT_THAT(ranking(), IsEmpty());
    add_at("c", kIn2018);
    count();
    EXPECT_THAT(ranking(), ElementsAre(ScoredId{"c", 1})) << how;
    EXPECT_EQ(number(kWrong), 0) << how;
  }
}

TEST_F(StorePopular, ReadersReadAgainOnlyWhatHasChanged) {
  add_at("a", kIn2018);
  EXPECT_FALSE(store_->popular(10, std::nullopt)->value().complete);
  count();
  const auto first = store_->popular(10, std::nullopt)->value();
  EXPECT_TRUE(first.complete);
  count();
  add_at("later", kIn2199);
  count();
  EXPECT_FALSE(store_->popular(10, first.revision)->has_value());
  add_at("a", kIn2018);
  count();
  EXPECT_THAT(store_->popular(10, first.revision)->value().items, ElementsAre(ScoredId{"a", 2}));
}

TEST_F(StorePopular, ALogThatWasThereBeforeIsCountedInPieces) {
  auto connection = connect();
  execute(connection, R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind)
SELECT 'e' || n, 'u' || n / 20, 'i' || n * 7919 % 500, timestamptz '2018-01-01' + n % 400 * interval '1 day', 'view'
FROM generate_series(1, 130000) n)");
  EXPECT_EQ(step(), Counting::kMore);
  const auto counted = number("SELECT sum(total) FROM popular_items");
  EXPECT_GT(counted, 0);
  EXPECT_LE(counted, 100'000);
  EXPECT_FALSE(store_->popular(1, std::nullopt)->value().complete);
  count();
  EXPECT_EQ(number(kWrong), 0);
  // An import goes on from there; what it has again counts no more.
  std::size_t next = 0;
  const store::Source<Interaction> source = [&](Interaction& row) -> base::Result<bool> {
    if (next == 3000) return false;
    row = interaction(fmt::format("e{}", 129'000 + next), "v", fmt::format("i{}", next % 10), kIn2018 + days(400));
    ++next;
    return true;
  };
  const auto imported = store::import_interactions(url(), source, {});
  ASSERT_TRUE(imported.has_value()) << imported.error().message;
  EXPECT_EQ(imported->added, 1999U);
  count();
  EXPECT_EQ(number(kWrong), 0);
}

TEST_F(StorePopular, OrdinalsThatAreMissingAreSkipped) {
  add_at("a", kIn2018);
  auto connection = connect();
  execute(connection, "SELECT setval(pg_get_serial_sequence('interactions', 'ordinal'), 5000000)");
  add_at("b", kIn2018);
  count();
  EXPECT_THAT(ranking(), SizeIs(2));
  EXPECT_EQ(number("SELECT position FROM popular_state"), 5'000'001);
}

TEST_F(StorePopular, WhateverHappensAtTheSameTimeEachCountsOnce) {
  std::atomic<bool> stop = false;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&, t] {
        std::mt19937 random(static_cast<unsigned>(t));
        for (int call = 0; call < 60; ++call) {
          std::vector<Interaction> list;
          const auto ends = t == 2 ? base::now() + std::chrono::milliseconds(random() % 500) : kIn2018;
          for (int i = 0; i < 20; ++i) {
            list.push_back(interaction(fmt::format("{}-{}-{}", t, call, i), fmt::format("u{}", random() % 30),
                                       fmt::format("i{}", random() % 20), ends - days(random() % 60)));
          }
          EXPECT_TRUE(add(std::move(list)));
          if (call % 5 == 4) remove(fmt::format("u{}", random() % 30));
        }
      });
    }
    std::vector<std::jthread> counters;
    for (int t = 0; t < 2; ++t) {
      counters.emplace_back([&] {
        store::PostgresStore other({.url = url()});
        while (!stop) EXPECT_TRUE(other.count_popular().has_value());
      });
    }
    threads.clear();
    stop = true;
  }
  ASSERT_TRUE(test::eventually(
      test::kLong, [&] { return step() == Counting::kIdle && number("SELECT count(*) FROM popular_ahead") == 0; }));
  EXPECT_GT(number("SELECT count(*) FROM interactions"), 1000);
  EXPECT_EQ(number(kWrong), 0);
}

TEST_F(StorePopular, ANewUserGetsKItemsWhateverTheTimesOfTheLog) {
  struct Log {
    const char* name;
    std::vector<std::pair<base::Time, int>> events;  // a time, and of how many items
  };
  const auto today = base::now() - std::chrono::minutes(1);
  const std::vector<Log> logs{{"no log", {}},
                              {"2018", {{kIn2018, 8}}},
                              {"today", {{today, 8}}},
                              {"2018, and one event of today", {{kIn2018, 8}, {today, 1}}},
                              {"2018, and one of 2199", {{kIn2018, 8}, {kIn2199, 1}}},
                              {"2199 only", {{kIn2199, 8}}},
                              {"all", {{kIn2018, 3}, {today, 5}, {kIn2199, 8}}}};
  for (const auto& log : logs) {
    for (const bool listed : {false, true}) {
      auto connection = connect();
      execute(connection, "TRUNCATE interactions; TRUNCATE items");
      std::set<std::string> known;
      for (const auto& [time, items] : log.events) {
        for (int i = 0; i < items; ++i) {
          add_at(fmt::format("i{}", i), time, 1 + i % 3);
          if (time <= base::now()) known.insert(fmt::format("i{}", i));
        }
      }
      std::vector<bus::CatalogueItem> items;
      for (int i = 5; listed && i < 20; ++i) {
        items.push_back({.id = fmt::format("i{}", i), .attributes = "{}", .available = i % 4 != 0});
        if (i % 4 == 0) {
          known.erase(items.back().id);
        } else {
          known.insert(items.back().id);
        }
      }
      ASSERT_TRUE(test::answer<std::size_t>([&](auto done) { store_->put(items, std::move(done)); }));
      count();
      catalogue::CatalogueCache catalogue(*store_);
      catalogue::PopularItems popular(*store_);
      ASSERT_TRUE(catalogue.refresh());
      ASSERT_TRUE(popular.refresh());
      EXPECT_TRUE(popular.loaded());
      for (std::size_t k = 1; k <= 25; ++k) {
        const auto answer = serving::popular_answer(k, *popular.get(), nullptr, *catalogue.get());
        EXPECT_EQ(answer.items.size(), std::min(k, known.size())) << log.name << (listed ? ", listed" : "");
        std::set<std::string> given;
        for (const auto& item : answer.items) given.insert(item.item);
        EXPECT_EQ(given.size(), answer.items.size());
        EXPECT_TRUE(std::ranges::includes(known, given));
        EXPECT_TRUE(std::ranges::is_sorted(answer.items, std::ranges::greater(), &ScoredId::score));
      }
    }
  }
}

}  // namespace
}  // namespace sasrec
