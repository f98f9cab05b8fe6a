#include "base/said_once.hpp"

#include <gtest/gtest.h>

namespace sasrec::base {
namespace {

using enum SaidOnce::News;

Result<int> failed(ErrorCode code, int which) {
  return fail(code, "trouble {}", which);
}

TEST(SaidOnce, ATroubleIsNewsOnceAndSoIsItsEnd) {
  SaidOnce said;
  EXPECT_EQ(said.hear(Result<int>(1)), kNone);
  EXPECT_EQ(said.hear(failed(ErrorCode::kUnavailable, 1)), kTrouble);
  EXPECT_EQ(said.hear(failed(ErrorCode::kUnavailable, 2)), kNone) << "only the message is another";
  EXPECT_EQ(said.hear(Result<int>(2)), kOver);
  EXPECT_EQ(said.hear(Result<int>(3)), kNone);
  EXPECT_EQ(said.hear(failed(ErrorCode::kUnavailable, 3)), kTrouble) << "a second outage is news again";
}

TEST(SaidOnce, AnotherKindOfTroubleIsNews) {
  SaidOnce said;
  EXPECT_EQ(said.hear(failed(ErrorCode::kUnavailable, 1)), kTrouble);
  EXPECT_EQ(said.hear(failed(ErrorCode::kInternal, 1)), kTrouble);
  EXPECT_EQ(said.hear(Result<void>()), kOver);
}

}  // namespace
}  // namespace sasrec::base
