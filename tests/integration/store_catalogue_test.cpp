#include <algorithm>
#include <latch>

#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using bus::CatalogueItem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class StoreCatalogue : public test::StoreTest {
 protected:
  base::Result<std::size_t> put(std::vector<CatalogueItem> items) {
    return test::answer<std::size_t>([&](auto done) { store_->put(std::move(items), std::move(done)); });
  }
  std::vector<CatalogueItem> changed(base::Time since = {}, std::size_t most = 100) {
    auto items = store_->changed(since, most);
    EXPECT_TRUE(items.has_value()) << items.error().message;
    return std::move(*items);
  }
};

TEST_F(StoreCatalogue, ItemsComeBackAsTheyWerePut) {
  const std::vector<std::string> categories{"Comedy, \"dark\"", "NULL", "{x}"};
  ASSERT_EQ(put({{.id = "i'1\\", .title = "Été 🦊", .categories = categories, .attributes = R"({"year": 1995})"},
                 {.id = "i2", .title = "", .available = false}})
                .value(),
            2U);
  const auto items = changed();
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(items[0].id, "i'1\\");
  EXPECT_EQ(items[0].title, "Été 🦊");
  EXPECT_EQ(items[0].categories, categories);
  EXPECT_EQ(items[0].attributes, R"({"year": 1995})");
  EXPECT_TRUE(items[0].available);
  EXPECT_EQ(items[1].attributes, "{}");
  EXPECT_FALSE(items[1].available);
}

TEST_F(StoreCatalogue, OfAnIdThatStandsTwiceTheLastCounts) {
  EXPECT_EQ(put({{.id = "i1", .title = "first"}, {.id = "i2", .title = "x"}, {.id = "i1", .title = "last"}}).value(),
            2U);
  EXPECT_EQ(changed()[0].title, "last");
  EXPECT_EQ(put({}).value(), 0U);
}

TEST_F(StoreCatalogue, ChangesOfTheBusAreAppliedInTheirOrder) {
  const auto change = [this](const std::vector<bus::ItemChange>& changes) {
    const auto changed = store_->change(changes);
    EXPECT_TRUE(changed) << changed.error().message;
    return changed.value_or(0);
  };
  const auto item = [this](const std::string& id) {
    const auto items = changed();
    const auto found = std::ranges::find(items, id, &CatalogueItem::id);
    return found == items.end() ? CatalogueItem{} : *found;
  };
  EXPECT_EQ(change({{.item = {.id = "i1", .title = "old"}},
                    {.item = {.id = "i1", .title = "new", .categories = {"A"}}},
                    {.item = {.id = "i2", .title = "two"}},
                    {.item = {.id = "i2"}, .withdrawn = true},
                    {.item = {.id = "unknown"}, .withdrawn = true}}),
            3U);
  EXPECT_EQ(item("i1").title, "new");
  EXPECT_TRUE(item("i1").available);
  EXPECT_EQ(item("i2").title, "two");
  EXPECT_FALSE(item("i2").available);
  EXPECT_EQ(item("unknown").id, "unknown");
  EXPECT_FALSE(item("unknown").available);
  // A withdrawn item keeps what is known of it; one that is put again is available again.
  EXPECT_EQ(change({{.item = {.id = "i1"}, .withdrawn = true}, {.item = {.id = "i2", .title = "back"}}}), 2U);
  EXPECT_EQ(item("i1").title, "new");
  EXPECT_EQ(item("i1").categories, std::vector<std::string>{"A"});
  EXPECT_FALSE(item("i1").available);
  EXPECT_TRUE(item("i2").available);
  // The same again writes nothing.
  const auto before = item("i1").updated;
  EXPECT_EQ(change({{.item = {.id = "i1"}, .withdrawn = true}}), 1U);
  EXPECT_EQ(item("i1").updated, before);
  EXPECT_EQ(change({}), 0U);
  EXPECT_EQ(store_->change(std::vector<bus::ItemChange>{{.item = {.id = "\xff"}}}).error().code,
            ErrorCode::kInvalidInput);
}

TEST_F(StoreCatalogue, ChangesAreReadInPiecesAndOnlyThey) {
  std::vector<CatalogueItem> all;
  all.reserve(50);
  for (int i = 0; i < 50; ++i) all.push_back({.id = fmt::format("i{:02}", i), .title = "old"});
  ASSERT_TRUE(put(all));
  // A piece begins where the last one ended.
  std::vector<std::string> seen;
  base::Time since{};
  for (int piece = 0; piece < 20; ++piece) {
    for (const auto& item : changed(since, 10)) {
      EXPECT_GE(item.updated, since);
      since = item.updated;
      if (std::ranges::find(seen, item.id) == seen.end()) seen.push_back(item.id);
    }
  }
  EXPECT_THAT(seen, SizeIs(50));
  // What is put as it was does not change.
  all[7].title = "new";
  ASSERT_EQ(put(all).value(), 50U);
  const auto news = changed(since + std::chrono::microseconds(1));
  ASSERT_THAT(news, SizeIs(1));
  EXPECT_EQ(news[0].title, "new");
}

TEST_F(StoreCatalogue, BadItemsRefuseTheirWholeCallAndNoOther) {
  auto blocker = connect();
  execute(blocker, "BEGIN; LOCK TABLE items IN EXCLUSIVE MODE");
  std::latch answered(6);
  std::vector<base::Result<std::size_t>> results(6, std::size_t{0});
  const auto submit = [&](std::size_t call, std::vector<CatalogueItem> items) {
    store_->put(std::move(items), [&, call](base::Result<std::size_t> put) {
      results[call] = std::move(put);
      answered.count_down();
    });
  };
  submit(0, {{.id = "i0"}});
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return store_->waiting_interactions() == 0; }));
  submit(1, {{.id = "i1"}, {.id = "i2", .attributes = "no json"}});
  submit(2, {{.id = "i3", .attributes = "[1]"}});
  submit(3, {{.id = "i4"}});
  submit(4, {{.id = "i5", .title = "\xff"}});
  submit(5, {{.id = ""}});
  execute(blocker, "ROLLBACK");
  answered.wait();
  EXPECT_TRUE(results[0].has_value());
  EXPECT_TRUE(results[3].has_value());
  for (const std::size_t bad : {1U, 2U, 4U, 5U}) EXPECT_EQ(test::code(results[bad]), ErrorCode::kInvalidInput) << bad;
  EXPECT_THAT(changed(), SizeIs(2));
}

}  // namespace
}  // namespace sasrec
