#include "store/describe_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sasrec::store {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DescribeUrl, ShowsWhereAndWhoButNoPassword) {
  EXPECT_EQ(describe_url("postgres://shop:secret@db.example.com:5433/sales?password=secret"),
            "postgres://shop@db.example.com:5433/sales");
  EXPECT_EQ(describe_url("host='/run/a b' port=5432 user=sasrec dbname=postgres password='s e'"),
            "postgres://sasrec@/run/a b:5432/postgres");
  EXPECT_THAT(describe_url("postgres://u:secret@[::1"), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace sasrec::store
