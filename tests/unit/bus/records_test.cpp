#include "bus/records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/done.hpp"
#include "bus/bus.hpp"
#include "bus/records.hpp"
#include "http/key_store.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::bus {
namespace {

using testing::HasSubstr;

TEST(Records, NamesAreReadBack) {
  for (const auto status : {Status::kPending, Status::kDone, Status::kFailed, Status::kExpired}) {
    EXPECT_EQ(parse_status(to_string(status)), status);
  }
  EXPECT_EQ(to_string(Status::kExpired), "expired");
  EXPECT_EQ(parse_status("Done"), std::nullopt);
  for (const auto seen : {Seen::kExclude, Seen::kInclude}) EXPECT_EQ(parse_seen(to_string(seen)), seen);
  EXPECT_EQ(to_string(Seen::kInclude), "include");
  EXPECT_EQ(parse_seen(""), std::nullopt);
  for (const auto scope :
       {http::Scope::kRead, http::Scope::kPredict, http::Scope::kIngest, http::Scope::kAdmin, http::Scope::kMetrics}) {
    EXPECT_EQ(http::parse_scope(to_string(scope)), scope);
  }
  EXPECT_EQ(to_string(http::Scope::kMetrics), "metrics");
  EXPECT_EQ(http::parse_scope("root"), std::nullopt);
}

void expect_refused(const RequestRecord& request, const char* reason) {
  const auto checked = check(request);
  ASSERT_FALSE(checked) << reason;
  EXPECT_EQ(checked.error().code, base::ErrorCode::kInvalidInput);
  EXPECT_THAT(checked.error().message, HasSubstr(reason));
}

TEST(Records, ARequestThatBreaksARuleIsRefusedByField) {
  auto request = test::sample_request();
  request.history.assign(kMaxHistory, "i");
  request.exclude.assign(kMaxExclude, "i");
  request.categories.assign(kMaxCategories, "c");
  request.k = kMaxK;
  EXPECT_TRUE(check(request));

  const auto with = [](auto change) {
    auto changed = test::sample_request();
    change(changed);
    return changed;
  };
  expect_refused(with([](auto& r) { r.k = 0; }), "k is 0; it must be from 1 to 1000");
  expect_refused(with([](auto& r) { r.k = kMaxK + 1; }), "k is 1001");
  expect_refused(with([](auto& r) { r.user = "a\nb"; }), "user holds a control character");
  expect_refused(with([](auto& r) { r.history[1] = ""; }), "history/1 is empty");
  expect_refused(with([](auto& r) { r.exclude = {std::string(257, 'x')}; }), "exclude/0 is longer than 256 bytes");
  expect_refused(with([](auto& r) { r.categories = {"ok", "\x7f"}; }), "filter/categories/1 holds");
  expect_refused(with([](auto& r) { r.history.assign(kMaxHistory + 1, "i"); }),
                 "history has 3001 elements; at most 3000 are allowed");
  expect_refused(with([](auto& r) { r.exclude.assign(kMaxExclude + 1, "i"); }), "exclude has 3001");
  expect_refused(with([](auto& r) { r.categories.assign(kMaxCategories + 1, "i"); }), "filter/categories has 101");
}

TEST(Records, AnInteractionThatBreaksARuleIsRefusedByField) {
  const auto expect = [](auto change, const char* reason) {
    auto interaction = test::sample_interaction("e1");
    change(interaction);
    const auto checked = check(interaction);
    ASSERT_FALSE(checked) << reason;
    EXPECT_THAT(checked.error().message, HasSubstr(reason));
  };
  auto most = test::sample_interaction(std::string(256, 'x'));
  most.kind = std::string(kMaxKindBytes, 'k');
  most.recommendation = base::Uuid::make().text();
  EXPECT_TRUE(check(most));
  expect([](auto& i) { i.id = ""; }, "id is empty");
  expect([](auto& i) { i.user = ""; }, "user is empty");
  expect([](auto& i) { i.item = "\t"; }, "item holds a control character");
  expect([](auto& i) { i.kind = ""; }, "kind is empty");
  expect([](auto& i) { i.kind = std::string(65, 'k'); }, "kind has 65 bytes; at most 64 are allowed");
  expect([](auto& i) { i.recommendation = "r1"; }, "recommendation must be the id of a request, a UUID");
}

}  // namespace
}  // namespace sasrec::bus
