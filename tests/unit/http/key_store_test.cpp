#include "http/key_store.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace sasrec::http {
namespace {

/// In the order of Scope. `sasrec key create --scopes` takes these words, and the database holds them.
constexpr std::array<std::string_view, 5> kWords{"read", "predict", "ingest", "admin", "metrics"};

TEST(Scope, HasTheWordsOfTheCommandAndIsReadBack) {
  for (std::size_t n = 0; n < kWords.size(); ++n) {
    const auto scope = static_cast<Scope>(n);
    EXPECT_EQ(to_string(scope), kWords[n]);
    EXPECT_EQ(parse_scope(kWords[n]), scope);
  }
  for (const auto* const other : {"", "Read", "write", "read,predict"}) EXPECT_FALSE(parse_scope(other)) << other;
}

}  // namespace
}  // namespace sasrec::http
