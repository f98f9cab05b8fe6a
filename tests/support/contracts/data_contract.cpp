#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/contracts/store_contract.hpp"

namespace sasrec::test {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

bus::Interaction interaction(std::string id, std::string user, std::string item, std::chrono::seconds time) {
  return {
      .id = std::move(id), .user = std::move(user), .item = std::move(item), .time = base::Time(time), .kind = "view"};
}

TEST_P(StoreContract, InteractionsAreStoredOnceAndReadNewestFirst) {
  const auto added = add({interaction("e1", "u1", "a", 10s), interaction("e2", "u1", "b", 30s),
                          interaction("e3", "u1", "c", 20s), interaction("e1", "u1", "again", 40s)});
  ASSERT_TRUE(added);
  EXPECT_EQ(added->added, 3U);
  EXPECT_EQ(added->duplicates, 1U);
  EXPECT_THAT(history("u1", 10), ElementsAre("b", "c", "a"));
  EXPECT_THAT(history("u1", 2), ElementsAre("b", "c"));
  EXPECT_THAT(history("nobody", 10), IsEmpty());
  const std::vector more{interaction("e3", "u1", "c", 20s), interaction("e4", "u1", "d", 50s)};
  EXPECT_EQ(interactions_.add_now(more)->added, 1U);
  EXPECT_THAT(history("u1", 1), ElementsAre("d"));
}

TEST_P(StoreContract, UsersAreListedInByteOrderByPrefixAndPage) {
  ASSERT_TRUE(add({interaction("1", "ab", "i", 1s), interaction("2", "a", "i", 1s), interaction("3", "B", "i", 1s),
                   interaction("4", "ac", "i", 1s), interaction("5", "ab", "j", 2s)}));
  const auto users = [&](std::string prefix, std::string after, std::size_t max_count) {
    const auto found = answer<std::vector<serving::UserSummary>>(
        [&](auto done) { interactions_.users(prefix, after, max_count, std::move(done)); });
    std::vector<std::string> names;
    for (const auto& user : found.value()) names.push_back(user.user);
    return names;
  };
  EXPECT_THAT(users("", "", 10), ElementsAre("B", "a", "ab", "ac"));
  EXPECT_THAT(users("a", "", 2), ElementsAre("a", "ab"));
  EXPECT_THAT(users("a", "ab", 10), ElementsAre("ac"));
  EXPECT_THAT(users("z", "", 10), IsEmpty());
}

TEST_P(StoreContract, ARemovedUserHasNoInteractions) {
  ASSERT_TRUE(add({interaction("1", "u1", "a", 1s), interaction("2", "u1", "b", 2s), interaction("3", "u2", "c", 3s)}));
  const auto remove = [&] {
    return answer<std::size_t>([&](auto done) { interactions_.remove_user("u1", std::move(done)); }).value();
  };
  EXPECT_EQ(remove(), 2U);
  EXPECT_EQ(remove(), 0U);
  EXPECT_THAT(history("u1", 10), IsEmpty());
  EXPECT_THAT(history("u2", 10), ElementsAre("c"));
}

TEST_P(StoreContract, OfEqualItemsTheLastCountsAndWithdrawnOnesStay) {
  const auto put = [&](std::vector<bus::CatalogueItem> items) {
    return answer<std::size_t>([&](auto done) { items_.put(std::move(items), std::move(done)); }).value();
  };
  EXPECT_EQ(put({{.id = "i1", .title = "first", .attributes = "{}"},
                 {.id = "i2", .title = "two", .attributes = "{}"},
                 {.id = "i1", .title = "last", .attributes = "{}"}}),
            2U);
  const std::vector<bus::ItemChange> changes{{.item = {.id = "i2"}, .withdrawn = true},
                                             {.item = {.id = "i3"}, .withdrawn = true}};
  EXPECT_EQ(items_.change(changes).value(), 2U);
  const auto changed = items_.changed(base::Time{}, 10).value();
  std::vector<std::string> seen;
  for (const auto& item : changed) seen.push_back(item.id + ' ' + item.title + (item.available ? " +" : " -"));
  EXPECT_THAT(seen, UnorderedElementsAre("i1 last +", "i2 two -", "i3  -"));
  EXPECT_THAT(items_.changed(base::now() + 1h, 10).value(), IsEmpty());
}

TEST_P(StoreContract, AKeysNameIsTakenOnce) {
  const http::ApiKey key{.name = "shop", .hash = std::string(64, 'a'), .scopes = {http::Scope::kRead}, .rate = 5};
  ASSERT_TRUE(keys_.add_key(key));
  EXPECT_EQ(keys_.add_key(key).error().code, ErrorCode::kInvalidInput);
  const auto stored = keys_.keys().value();
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].name, "shop");
  EXPECT_EQ(stored[0].hash, key.hash);
  EXPECT_THAT(stored[0].scopes, ElementsAre(http::Scope::kRead));
  EXPECT_EQ(stored[0].rate, 5);
  ASSERT_TRUE(keys_.remove_key("shop"));
  EXPECT_EQ(keys_.remove_key("shop").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(keys_.keys()->empty());
}

}  // namespace
}  // namespace sasrec::test
