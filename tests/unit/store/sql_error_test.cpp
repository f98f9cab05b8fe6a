#include "store/sql_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sasrec::store {
namespace {

using base::ErrorCode;

TEST(SqlError, TransientOnesAreUnavailable) {
  for (const auto* state : {"08006", "08001", "40001", "40P01", "53300", "53100", "55P03", "57014", "57P01", "57P02",
                            "57P03", "57P05", "25006", "25P02", "55000", "58030", "0A000", "26000"}) {
    EXPECT_EQ(classify(state), ErrorCode::kUnavailable) << state;
  }
}

TEST(SqlError, DataThatDoesNotFitIsInvalidInput) {
  for (const auto* state : {"22001", "22008", "22021", "22P02", "23505", "23514", "54000"}) {
    EXPECT_EQ(classify(state), ErrorCode::kInvalidInput) << state;
  }
}

TEST(SqlError, TheRestIsInternal) {
  for (const auto* state : {"42P01", "42501", "28P01", "XX000", "XX001", ""}) {
    EXPECT_EQ(classify(state), ErrorCode::kInternal) << state;
  }
}

TEST(SqlError, MessageNamesStateAndConstraintOnce) {
  EXPECT_EQ(sql_error("23514", "new row violates a constraint", "items_check").message,
            "the database answers 23514: new row violates a constraint (constraint items_check)");
  EXPECT_EQ(sql_error("23514", "violates \"items_check\"", "items_check").message,
            "the database answers 23514: violates \"items_check\"");
}

}  // namespace
}  // namespace sasrec::store
