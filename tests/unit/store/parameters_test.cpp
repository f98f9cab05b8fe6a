#include "store/parameters.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <string_view>

namespace sasrec::store {
namespace {

using namespace std::string_view_literals;

// The bytes are PostgreSQL's array_send(); the integration tests show that it takes them.
TEST(Parameters, ArrayHasItsHeaderAndElements) {
  Array array(Array::Of::kText);
  array.add_text("ab");
  array.add_null();
  array.add_text_or_null("");
  array.add_text("");
  EXPECT_EQ(array.take(),
            "\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\4\0\0\0\1"
            "\0\0\0\2ab\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"sv);
}

TEST(Parameters, EmptyArrayHasNoDimension) {
  EXPECT_EQ(Array(Array::Of::kUuid).take(), "\0\0\0\0\0\0\0\0\0\0\x0b\x86"sv);
}

TEST(Parameters, NumbersAreHighestByteFirst) {
  Array array(Array::Of::kInteger);
  array.add_integer(-2);
  EXPECT_EQ(array.take().substr(20), "\0\0\0\4\xff\xff\xff\xfe"sv);
  Parameters parameters;
  parameters.add_bigint(0x0102030405060708).add_double(-2.0);
  EXPECT_EQ(parameters.values()[0], "\1\2\3\4\5\6\7\x8"sv);
  EXPECT_EQ(parameters.values()[1], "\xc0\0\0\0\0\0\0\0"sv);
}

TEST(Parameters, TimesCountFromTheYear2000) {
  const base::Time epoch{std::chrono::sys_days(std::chrono::year(2000) / 1 / 1)};
  EXPECT_EQ(to_wire(epoch), 0);
  EXPECT_EQ(to_wire(epoch - std::chrono::microseconds(1)), -1);
  EXPECT_EQ(from_wire(to_wire(base::Time{})), base::Time{});
}

TEST(Parameters, TimesBeforeAllOthersStayOutOfRange) {
  // The lowest number would be minus infinity, which PostgreSQL takes.
  EXPECT_EQ(to_wire(base::Time::min()), std::numeric_limits<std::int64_t>::min() + 1);
}

TEST(Parameters, ListsAreJoined) {
  EXPECT_EQ(join({}), "");
  EXPECT_EQ(join({"a"}), "a");
  EXPECT_EQ(join({"a", "b,c", "d"}),
            "a\x1f"
            "b,c\x1f"
            "d");
}

}  // namespace
}  // namespace sasrec::store
