#pragma once

#include "unit/http/server_fixture.hpp"

namespace sasrec::http {

/// A server with items and interactions in its stores.
class DataFixture : public ServerFixture {
 protected:
  void add_items() {
    items.add({.id = "i1", .title = "The Blue Planet", .categories = {"Nature"}, .attributes = R"({"year":2001})"});
    items.add({.id = "i2", .title = "Blue Velvet", .categories = {}, .attributes = "{}", .available = false});
    items.add({.id = "a/b ä", .title = "Odd", .categories = {}, .attributes = "{}"});
    ASSERT_TRUE(catalogue.refresh());
  }
};

}  // namespace sasrec::http
