#include "store/bulk_import.hpp"
#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using bus::CatalogueItem;
using bus::Interaction;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

template <class Row>
store::Source<Row> from(std::vector<Row> rows) {
  return [rows = std::move(rows), at = std::size_t{0}](Row& row) mutable -> base::Result<bool> {
    if (at == rows.size()) return false;
    row = rows[at++];
    return true;
  };
}

class StoreImport : public test::StoreTest {
 protected:
  std::vector<Interaction> many(std::size_t count) {
    std::vector<Interaction> rows;
    rows.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      rows.push_back(interaction(fmt::format("e{}", i), fmt::format("u{}", i % 7), fmt::format("i{}", i),
                                 base::Time(std::chrono::seconds(i / 100))));
    }
    return rows;
  }
  base::Result<store::ImportProgress> import(const std::vector<Interaction>& rows,
                                             const store::ImportOptions& options) {
    return store::import_interactions(url(), from(rows), options);
  }
};

TEST_F(StoreImport, AddsAllOnceHoweverOftenItIsRepeated) {
  const auto rows = many(2'500);
  std::vector<std::size_t> reads;
  const auto first = import(rows, {.rows_together = 1'000, .on_progress = [&](const store::ImportProgress& progress) {
                                     reads.push_back(progress.read);
                                   }});
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->read, 2'500U);
  EXPECT_EQ(first->added, 2'500U);
  EXPECT_THAT(reads, ElementsAre(1'000U, 2'000U, 2'500U));
  const auto again = import(rows, {.rows_together = 500});
  EXPECT_EQ(again->read, 2'500U);
  EXPECT_EQ(again->added, 0U);
  EXPECT_EQ(number("SELECT count(*) FROM interactions"), 2'500);
  EXPECT_EQ(import({}, {})->read, 0U);
}

TEST_F(StoreImport, RowsAreAsTheyWereAndEqualTimesKeepTheirOrder) {
  const std::string odd = "a'b\"c\\d,e{f}\tNULL \\N 🦊";
  const auto recommendation = base::Uuid::make().text();
  std::vector<Interaction> rows{interaction("e3", odd, "z"), interaction("e2", odd, "a"), interaction("e1", odd, odd)};
  rows[1].kind = "purchase";
  rows[1].recommendation = recommendation;
  ASSERT_TRUE(import(rows, {}));
  const auto found = history(odd, 10);
  ASSERT_THAT(*found, SizeIs(3));
  EXPECT_EQ(found->at(0).item, odd);
  EXPECT_EQ(found->at(1).item, "a");
  EXPECT_EQ(found->at(1).kind, "purchase");
  EXPECT_EQ(found->at(2).item, "z");
  EXPECT_EQ(found->at(2).time, rows[0].time);
  EXPECT_EQ(number(fmt::format("SELECT count(*) FROM interactions WHERE recommendation_id = '{}'", recommendation)), 1);
}

TEST_F(StoreImport, BadRowIsNamedAndWhatWasCommittedStays) {
  auto rows = many(30);
  rows[25].item = "\xff";
  const auto failed = import(rows, {.rows_together = 10});
  EXPECT_EQ(test::code(failed), ErrorCode::kInvalidInput);
  EXPECT_THAT(failed.error().message, HasSubstr("interaction 26: item"));
  EXPECT_EQ(number("SELECT count(*) FROM interactions"), 20);
  rows[25].item = std::string(300, 'x');
  const auto refused = import(rows, {.rows_together = 10});
  EXPECT_EQ(test::code(refused), ErrorCode::kInvalidInput);
  EXPECT_THAT(refused.error().message, HasSubstr("interactions 21 to 30"));
}

TEST_F(StoreImport, ErrorOfTheSourceIsPassedOn) {
  const auto failed = store::import_interactions(
      url(), [](Interaction&) -> base::Result<bool> { return base::fail(ErrorCode::kCorrupt, "line 7 is torn"); });
  EXPECT_EQ(test::code(failed), ErrorCode::kCorrupt);
  EXPECT_EQ(failed.error().message, "line 7 is torn");
}

TEST_F(StoreImport, RestartOfTheDatabaseIsOutlasted) {
  const auto imported = import(many(30), {.rows_together = 10, .on_progress = [&](const store::ImportProgress&) {
                                            server_.stop();
                                            server_.start();
                                          }});
  ASSERT_TRUE(imported.has_value()) << imported.error().message;
  EXPECT_EQ(imported->added, 30U);
}

TEST_F(StoreImport, DatabaseThatStaysAwayEndsIt) {
  const auto failed = import(many(30), {.rows_together = 10,
                                        .patience = std::chrono::milliseconds(300),
                                        .on_progress = [&](const store::ImportProgress&) {
                                          server_.stop();
                                        }});
  EXPECT_EQ(test::code(failed), ErrorCode::kUnavailable);
}

TEST_F(StoreImport, ItemsAreAddedOrReplaced) {
  std::vector<CatalogueItem> items;
  items.reserve(25);
  for (int i = 0; i < 25; ++i) items.push_back({.id = fmt::format("i{}", i), .title = "old"});
  const store::ImportOptions options{.rows_together = 10};
  EXPECT_EQ(store::import_items(url(), from(items), options)->added, 25U);
  items[3].title = "new";
  EXPECT_EQ(store::import_items(url(), from(items), options)->read, 25U);
  EXPECT_EQ(number("SELECT count(*) FROM items WHERE title = 'new'"), 1);
  items[24].title = std::string("\0", 1);
  const auto failed = store::import_items(url(), from(items), options);
  EXPECT_EQ(test::code(failed), ErrorCode::kInvalidInput);
  EXPECT_THAT(failed.error().message, HasSubstr("item 25: title"));
}

}  // namespace
}  // namespace sasrec
