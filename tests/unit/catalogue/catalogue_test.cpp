#include "catalogue/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "support/fakes/fake_catalogue_store.hpp"
#include "support/fakes/sample_records.hpp"
#include "support/log_lines.hpp"

namespace sasrec::catalogue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

bus::CatalogueItem item(std::string id, std::string title, base::Time updated = test::at()) {
  return {.id = std::move(id), .title = std::move(title), .updated = updated};
}

std::vector<std::string> search(const Catalogue& catalogue, std::string_view query, std::size_t most = 10) {
  std::vector<std::string> ids;
  for (const auto* found : catalogue.search(query, most)) ids.push_back(found->id);
  return ids;
}

std::vector<bus::CatalogueItem> films() {
  return {item("m3", "Amélie (2001)"), item("m1", "The Matrix"), item("m2", "The Matrix Reloaded"),
          item("m10", "Matrix, a making of"), item("x", "Сталкер и ёж")};
}

TEST(Catalogue, ItemsAreFoundById) {
  const Catalogue catalogue(films());
  EXPECT_EQ(catalogue.size(), 5U);
  ASSERT_NE(catalogue.find("m2"), nullptr);
  EXPECT_EQ(catalogue.find("m2")->title, "The Matrix Reloaded");
  EXPECT_EQ(catalogue.find("m4"), nullptr);
  EXPECT_EQ(catalogue.items().front().id, "m1");
}

TEST(Catalogue, EveryWordOfAQueryBeginsAWordOfTheTitle) {
  const Catalogue catalogue(films());
  EXPECT_THAT(search(catalogue, "matr the"), ElementsAre("m1", "m2"));
  EXPECT_THAT(search(catalogue, "AMELIE"), ElementsAre("m3"));
  EXPECT_THAT(search(catalogue, "amé 20"), ElementsAre("m3"));
  EXPECT_THAT(search(catalogue, "ЕЖ"), ElementsAre("x"));
  EXPECT_THAT(search(catalogue, "atrix"), IsEmpty());
  EXPECT_THAT(search(catalogue, "matrix nothing"), IsEmpty());
}

TEST(Catalogue, WhereNothingFitsWordsMayHaveTypos) {
  const Catalogue catalogue(films());
  EXPECT_THAT(search(catalogue, "the martix"), ElementsAre("m1", "m2"));
  EXPECT_THAT(search(catalogue, "amelei"), ElementsAre("m3"));
  EXPECT_THAT(search(catalogue, "m1x"), IsEmpty());
}

TEST(Catalogue, TheBestComeFirst) {
  auto items = films();
  items.push_back(item("matrix", "Something else"));
  const Catalogue catalogue(std::move(items));
  EXPECT_THAT(search(catalogue, "matrix"), ElementsAre("matrix", "m10", "m1", "m2"));
  EXPECT_THAT(search(catalogue, "matrix", 2), ElementsAre("matrix", "m10"));
  EXPECT_THAT(search(catalogue, "matrix", 0), IsEmpty());
}

TEST(Catalogue, IdsAreFoundByTheirBeginning) {
  const Catalogue catalogue(films());
  EXPECT_THAT(search(catalogue, "M1"), ElementsAre("m1", "m10"));
  EXPECT_THAT(search(catalogue, "m10"), ElementsAre("m10"));
}

TEST(Catalogue, AnEmptyQueryFitsAllAndOneWithoutWordsNone) {
  const Catalogue catalogue(films());
  EXPECT_THAT(search(catalogue, "", 3), ElementsAre("m1", "m10", "m2"));
  EXPECT_THAT(search(catalogue, "?!"), IsEmpty());
}

TEST(CatalogueCache, IsEmptyBeforeItWasReadAndHoldsAllAfter) {
  test::FakeCatalogueStore store;
  for (auto& film : films()) store.add(film);
  CatalogueCache cache(store);
  EXPECT_EQ(cache.get()->size(), 0U);
  EXPECT_FALSE(cache.loaded());
  ASSERT_TRUE(cache.refresh());
  EXPECT_EQ(cache.get()->size(), 5U);
  EXPECT_TRUE(cache.loaded());
}

TEST(CatalogueCache, AnEmptyOneIsLoadedOnceItWasRead) {
  test::FakeCatalogueStore store;
  CatalogueCache cache(store);
  store.outage().fail_times(1);
  EXPECT_FALSE(cache.refresh());
  EXPECT_FALSE(cache.loaded());
  ASSERT_TRUE(cache.refresh());
  EXPECT_TRUE(cache.loaded());
}

TEST(Catalogue, FindsTheItemsOfACategory) {
  const Catalogue catalogue(
      {{.id = "b", .categories = {"x", "x"}}, {.id = "c"}, {.id = "a", .categories = {"y", "x"}}});
  EXPECT_THAT(catalogue.in_category("x"), testing::ElementsAre(0U, 1U));
  EXPECT_THAT(catalogue.in_category("y"), testing::ElementsAre(0U));
  EXPECT_THAT(catalogue.in_category("z"), testing::IsEmpty());
}

TEST(CatalogueCache, WhatHasChangedIsReplacedAndTheRestKept) {
  test::FakeCatalogueStore store;
  for (auto& film : films()) store.add(film);
  CatalogueCache cache(store);
  ASSERT_TRUE(cache.refresh());
  const auto old = cache.get();
  store.add(item("m1", "Matrix 1", test::at(1s)));
  store.add(item("m11", "New", test::at(1s)));
  ASSERT_TRUE(cache.refresh());
  EXPECT_EQ(cache.get()->size(), 6U);
  EXPECT_EQ(cache.get()->find("m1")->title, "Matrix 1");
  EXPECT_EQ(old->find("m1")->title, "The Matrix");  // who has the old one keeps it
}

TEST(CatalogueCache, GivesTheSameObjectWhereNothingIsNew) {
  test::FakeCatalogueStore store;
  for (auto& film : films()) store.add(film);
  CatalogueCache cache(store);
  ASSERT_TRUE(cache.refresh());
  const auto old = cache.get();
  ASSERT_TRUE(cache.refresh());
  EXPECT_EQ(cache.get(), old);
}

// A transaction that began earlier may end later than one that was read already.
TEST(CatalogueCache, ReadsAgainWhatIsAFewSecondsOld) {
  test::FakeCatalogueStore store;
  store.add(item("a", "A", test::at(60s)));
  CatalogueCache cache(store);
  ASSERT_TRUE(cache.refresh());
  store.add(item("b", "B", test::at(55s)));
  ASSERT_TRUE(cache.refresh());
  EXPECT_NE(cache.get()->find("b"), nullptr);
}

TEST(CatalogueCache, ReadsPagesBeyondItemsOfOneTime) {
  test::FakeCatalogueStore store;
  for (int n = 0; n < 12'000; ++n) store.add(item("i" + std::to_string(n), "", test::at(1s)));
  for (int n = 0; n < 9'000; ++n) store.add(item("j" + std::to_string(n), "", test::at(2s + 1ms * n)));
  CatalogueCache cache(store);
  ASSERT_TRUE(cache.refresh());
  EXPECT_EQ(cache.get()->size(), 21'000U);
}

TEST(CatalogueCache, KeepsWhatItHasWhileTheStoreIsDown) {
  test::FakeCatalogueStore store;
  store.add(item("a", "A"));
  CatalogueCache cache(store);
  ASSERT_TRUE(cache.refresh());
  store.outage().fail();
  store.add(item("b", "B"));
  const auto refreshed = cache.refresh();
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, base::ErrorCode::kUnavailable);
  EXPECT_EQ(cache.get()->size(), 1U);
  store.outage().recover();
  ASSERT_TRUE(cache.refresh());
  EXPECT_EQ(cache.get()->size(), 2U);
}

TEST(CatalogueCache, RunsUntilItIsStopped) {
  test::FakeCatalogueStore store;
  store.add(item("a", "A"));
  store.outage().fail_times(1);
  CatalogueCache cache(store);
  std::jthread running([&](const std::stop_token& stop) { cache.run(stop, 1ms); });
  ASSERT_TRUE(store.outage().await_calls(3));
  running.request_stop();
  running.join();
  EXPECT_EQ(cache.get()->size(), 1U);
}

TEST(CatalogueCache, AnOutageIsLoggedOnceAndSoIsItsEnd) {
  test::FakeCatalogueStore store;
  CatalogueCache cache(store);
  const test::LogLines log;
  store.outage().fail();
  {
    const std::jthread running([&](const std::stop_token& stop) { cache.run(stop, 1ms); });
    ASSERT_TRUE(store.outage().await_calls(20));
    store.outage().recover();
    ASSERT_TRUE(store.outage().await_calls(store.outage().calls() + 20));
  }
  EXPECT_THAT(log.all(), testing::ElementsAre(testing::StartsWith("warning: the catalogue could not be read"),
                                              testing::StartsWith("info: the catalogue can be read again")));
}

}  // namespace
}  // namespace sasrec::catalogue
