#include <string>

#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class StoreKeys : public test::StoreTest {};

TEST_F(StoreKeys, KeysAreKeptByName) {
  EXPECT_THAT(*store_->keys(), IsEmpty());
  const http::ApiKey key{.name = "shop",
                         .hash = std::string(64, 'a'),
                         .scopes = {http::Scope::kRead, http::Scope::kPredict},
                         .rate = 12.5};
  ASSERT_TRUE(store_->add_key(key));
  ASSERT_TRUE(store_->add_key({.name = "backup", .hash = std::string(64, 'b')}));
  auto again = key;
  again.hash = std::string(64, 'c');
  EXPECT_EQ(test::code(store_->add_key(again)), ErrorCode::kInvalidInput);
  const auto keys = store_->keys();
  ASSERT_TRUE(keys.has_value()) << keys.error().message;
  ASSERT_THAT(*keys, SizeIs(2));
  EXPECT_EQ(keys->at(0).name, "backup");
  EXPECT_THAT(keys->at(0).scopes, IsEmpty());
  EXPECT_EQ(keys->at(1).name, "shop");
  EXPECT_EQ(keys->at(1).hash, key.hash);
  EXPECT_THAT(keys->at(1).scopes, ElementsAre(http::Scope::kRead, http::Scope::kPredict));
  EXPECT_EQ(keys->at(1).rate, 12.5);
  EXPECT_TRUE(store_->remove_key("shop"));
  EXPECT_EQ(test::code(store_->remove_key("shop")), ErrorCode::kNotFound);
  EXPECT_THAT(*store_->keys(), SizeIs(1));
}

}  // namespace
}  // namespace sasrec
