#include <atomic>
#include <latch>
#include <limits>
#include <thread>

#include "store/queries/requests.hpp"
#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using bus::Status;
using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kWeird{"a'b\"c",  "back\\slash", "com,ma", "{brace}", "NULL", "null",
                                      " space ", "🦊 лиса",     "%s",     "$1",      "E'x'"};

class StoreRequests : public test::StoreTest {
 protected:
  base::Result<std::size_t> finish(const std::vector<bus::ResultRecord>& results) { return store_->finish(results); }
};

TEST_F(StoreRequests, AcceptedRequestIsPending) {
  const auto asked = request();
  const auto before = base::now();
  const auto accepted = accept(asked);
  ASSERT_TRUE(accepted.has_value()) << accepted.error().message;
  EXPECT_TRUE(accepted->created);
  EXPECT_GE(accepted->stored, before);
  const auto found = find(asked.message.id);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->id, asked.message.id);
  EXPECT_EQ(found->status, Status::kPending);
  EXPECT_EQ(found->user, "u1");
  EXPECT_EQ(found->created, asked.message.created);
  EXPECT_THAT(found->items, IsEmpty());
}

TEST_F(StoreRequests, FindingAnUnknownIdIsNotFound) {
  EXPECT_EQ(test::code(find(base::Uuid::make())), ErrorCode::kNotFound);
}

TEST_F(StoreRequests, RowHoldsAllOfTheRequest) {
  auto asked = request("u'\"\\,{}NULL 🦊");
  asked.message.history = kWeird;
  asked.message.k = 1000;
  asked.message.exclude = {"x,y", "NULL"};
  asked.message.categories = kWeird;
  asked.message.seen = bus::Seen::kInclude;
  asked.message.explain = true;
  asked.message.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto accepted = accept(asked);
  ASSERT_TRUE(accepted.has_value()) << accepted.error().message;
  EXPECT_EQ(accepted->history, kWeird);
  const auto due = store_->take_due(asked.message.created + std::chrono::minutes(5),
                                    asked.message.created + std::chrono::minutes(5), std::chrono::seconds(1), 10);
  ASSERT_TRUE(due.has_value()) << due.error().message;
  ASSERT_EQ(due->size(), 1U);
  const auto& row = due->front();
  EXPECT_EQ(row.id, asked.message.id);
  EXPECT_EQ(row.user, asked.message.user);
  EXPECT_EQ(row.history, kWeird);
  EXPECT_EQ(row.k, 1000U);
  EXPECT_THAT(row.exclude, ElementsAre("x,y", "NULL"));
  EXPECT_EQ(row.categories, kWeird);
  EXPECT_EQ(row.seen, bus::Seen::kInclude);
  EXPECT_TRUE(row.explain);
  EXPECT_EQ(row.created, asked.message.created);
  EXPECT_EQ(row.deadline, asked.message.deadline);
  EXPECT_EQ(row.traceparent, asked.message.traceparent);
  EXPECT_EQ(row.attempt, 2U);
}

TEST_F(StoreRequests, StoredHistoryIsOldestFirstAndEqualTimesKeepTheirOrder) {
  const base::Time day{std::chrono::hours(24)};
  ASSERT_TRUE(add({interaction("e3", "u1", "late", day + std::chrono::hours(1)), interaction("e1", "u1", "z", day),
                   interaction("e2", "u1", "a", day), interaction("e4", "u2", "other", day)}));
  ASSERT_TRUE(add({interaction("e5", "u1", "m", day), interaction("e6", "u1", "first", day - std::chrono::hours(1))}));
  auto asked = request();
  asked.read_history = true;
  const auto accepted = accept(asked);
  ASSERT_TRUE(accepted.has_value()) << accepted.error().message;
  EXPECT_THAT(accepted->history, ElementsAre("first", "z", "a", "m", "late"));
  asked = request("nobody knows");
  asked.read_history = true;
  EXPECT_THAT(accept(asked)->history, IsEmpty());
}

TEST_F(StoreRequests, StoredHistoryEndsAtItsLimitAndKeepsTheNewest) {
  std::vector<bus::Interaction> interactions;
  interactions.reserve(bus::kMaxHistory + 5);
  for (std::size_t i = 0; i < bus::kMaxHistory + 5; ++i) {
    interactions.push_back(
        interaction(fmt::format("e{}", i), "u1", fmt::format("i{}", i), base::Time(std::chrono::seconds(i / 2))));
  }
  ASSERT_TRUE(add(interactions));
  auto asked = request();
  asked.read_history = true;
  const auto accepted = accept(asked);
  ASSERT_TRUE(accepted.has_value()) << accepted.error().message;
  ASSERT_EQ(accepted->history.size(), bus::kMaxHistory);
  EXPECT_EQ(accepted->history.front(), "i5");
  EXPECT_EQ(accepted->history[1], "i6");
  EXPECT_EQ(accepted->history.back(), fmt::format("i{}", bus::kMaxHistory + 4));
}

TEST_F(StoreRequests, SecondRequestOfAnIdChangesNothing) {
  auto first = request();
  first.fingerprint = "f1";
  first.message.history = {"i1"};
  ASSERT_TRUE(accept(first)->created);
  auto second = request("u2");
  second.message.id = first.message.id;
  second.fingerprint = "f2";
  const auto again = accept(second);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_FALSE(again->created);
  EXPECT_EQ(again->fingerprint, "f1");
  EXPECT_THAT(again->history, ElementsAre("i1"));
  EXPECT_EQ(find(first.message.id)->user, "u1");
}

TEST_F(StoreRequests, AcceptedAgainAfterALostAnswerIsStillNew) {
  auto asked = request();
  asked.fingerprint = "f1";
  ASSERT_TRUE(accept(asked)->created);
  auto connection = connect();
  const auto repeat = [&](const serving::NewRequest& again, bool repeated) {
    const store::RequestToStore call{again, std::chrono::seconds(5)};
    const store::Attempt<store::RequestToStore> calls{&call, repeated};
    const auto answers = store::accept_requests(connection, {&calls, 1}, soon());
    return (*answers)[0]->created;
  };
  EXPECT_TRUE(repeat(asked, true));
  EXPECT_FALSE(repeat(asked, false));
  asked.message.created += std::chrono::microseconds(1);
  EXPECT_FALSE(repeat(asked, true));
}

TEST_F(StoreRequests, ManyThreadsStoreEachRequestOnce) {
  constexpr std::ptrdiff_t kThreads = 16;
  constexpr std::ptrdiff_t kEach = 200;
  std::latch answered(kThreads * kEach);
  std::atomic<int> created = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          auto asked = request(fmt::format("u{}", t));
          asked.read_history = i % 2 == 0;
          store_->accept(std::move(asked), [&](base::Result<serving::Accepted> accepted) {
            if (accepted && accepted->created) ++created;
            answered.count_down();
          });
        }
      });
    }
  }
  answered.wait();
  EXPECT_EQ(created, kThreads * kEach);
  EXPECT_EQ(number("SELECT count(*) FROM recommendations"), kThreads * kEach);
}

TEST_F(StoreRequests, HundredAtOnceWithOneIdAreOneRow) {
  const auto id = base::Uuid::make();
  std::latch answered(100);
  std::atomic<int> created = 0;
  std::atomic<int> same = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(10);
    for (int t = 0; t < 10; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) {
          auto asked = request();
          asked.message.id = id;
          asked.fingerprint = "f1";
          store_->accept(std::move(asked), [&](base::Result<serving::Accepted> accepted) {
            if (accepted && accepted->created) ++created;
            if (accepted && accepted->fingerprint == "f1") ++same;
            answered.count_down();
          });
        }
      });
    }
  }
  answered.wait();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(same, 100);
  EXPECT_EQ(number("SELECT count(*) FROM recommendations"), 1);
}

TEST_F(StoreRequests, TextsThatPostgresCannotHoldFailTheirCallOnly) {
  auto blocker = connect();
  execute(blocker, "BEGIN; LOCK TABLE recommendations IN EXCLUSIVE MODE");
  std::vector<serving::NewRequest> bad(5, request());
  bad[0].message.user = std::string("nul\0byte", 8);
  bad[1].message.history = {"\xff\xfe"};
  bad[2].message.exclude = {"separator\x1f"};
  bad[3].message.categories = {""};
  bad[4].message.traceparent = "\xc3";
  std::latch answered(11);
  std::atomic<int> good = 0;
  std::atomic<int> invalid = 0;
  const auto count = [&](const base::Result<serving::Accepted>& accepted) {
    if (accepted) ++good;
    if (!accepted && accepted.error().code == ErrorCode::kInvalidInput) ++invalid;
    answered.count_down();
  };
  store_->accept(request(), count);
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return store_->waiting_requests() == 0; }));
  for (auto& asked : bad) {
    asked.message.id = base::Uuid::make();
    store_->accept(asked, count);
    store_->accept(request(), count);
  }
  execute(blocker, "ROLLBACK");
  answered.wait();
  EXPECT_EQ(good, 6);
  EXPECT_EQ(invalid, 5);
}

TEST_F(StoreRequests, WhatTheDatabaseRefusesFailsItsCallOnly) {
  auto blocker = connect();
  execute(blocker, "BEGIN; LOCK TABLE recommendations IN EXCLUSIVE MODE");
  constexpr int kCalls = 200;
  std::latch answered(kCalls + 1);
  std::atomic<int> good = 0;
  std::atomic<int> invalid = 0;
  const auto count = [&](const base::Result<serving::Accepted>& accepted) {
    if (accepted) ++good;
    if (!accepted && accepted.error().code == ErrorCode::kInvalidInput) ++invalid;
    answered.count_down();
  };
  store_->accept(request(), count);
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return store_->waiting_requests() == 0; }));
  for (int i = 0; i < kCalls; ++i) {
    auto asked = request();
    // Before what timestamptz knows.
    if (i == 17 || i == 18 || i == 150) asked.message.deadline = base::Time::min();
    store_->accept(std::move(asked), count);
  }
  execute(blocker, "ROLLBACK");
  answered.wait();
  EXPECT_EQ(good, kCalls - 3 + 1);
  EXPECT_EQ(invalid, 3);
}

TEST_F(StoreRequests, ResultIsFoundAsItWasWritten) {
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  auto written = result(asked.message.id);
  written.items.clear();
  for (const auto& item : kWeird) written.items.push_back({item, static_cast<float>(written.items.size()) / 3});
  written.items.push_back({"inf", std::numeric_limits<float>::infinity()});
  written.items.push_back({"tiny", std::numeric_limits<float>::denorm_min()});
  written.unknown_items = 3;
  written.timings = {.database_ms = 1.5F, .bus_ms = 0.1F, .queue_ms = 0.25F, .inference_ms = 12.75F};
  ASSERT_EQ(finish({written}).value(), 1U);
  const auto found = find(asked.message.id);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->status, Status::kDone);
  written.created = asked.message.created;
  written.deadline = asked.message.deadline;
  EXPECT_EQ(*found, written);
}

TEST_F(StoreRequests, FinalRowStaysAsItIs) {
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  auto failed = result(asked.message.id);
  failed.status = Status::kFailed;
  failed.error = "no model";
  failed.items.clear();
  EXPECT_EQ(finish({failed}).value(), 1U);
  EXPECT_EQ(finish({result(asked.message.id)}).value(), 0U);
  EXPECT_EQ(find(asked.message.id)->status, Status::kFailed);
  EXPECT_EQ(find(asked.message.id)->error, "no model");
}

TEST_F(StoreRequests, OfAnIdThatStandsTwiceTheFirstResultCounts) {
  const auto one = request();
  const auto two = request();
  ASSERT_TRUE(accept(one));
  ASSERT_TRUE(accept(two));
  auto first = result(two.message.id);
  first.model = "first";
  auto second = result(two.message.id);
  second.model = "second";
  EXPECT_EQ(finish({first, result(base::Uuid::make()), second, result(one.message.id)}).value(), 2U);
  EXPECT_EQ(find(two.message.id)->model, "first");
  EXPECT_EQ(finish({}).value(), 0U);
}

TEST_F(StoreRequests, ResultsThatCannotBeWrittenAreInvalid) {
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  auto pending = result(asked.message.id);
  pending.status = Status::kPending;
  EXPECT_EQ(test::code(finish({pending})), ErrorCode::kInvalidInput);
  auto binary = result(asked.message.id);
  binary.items[0].item = "\xff";
  EXPECT_EQ(test::code(finish({binary})), ErrorCode::kInvalidInput);
  auto never = result(asked.message.id);
  never.finished = base::Time::min();
  EXPECT_EQ(test::code(finish({never})), ErrorCode::kInvalidInput);
  EXPECT_EQ(find(asked.message.id)->status, Status::kPending);
}

TEST_F(StoreRequests, WritersOfTheSameResultsWriteEachOnce) {
  std::vector<bus::ResultRecord> results;
  for (int i = 0; i < 500; ++i) {
    const auto asked = request();
    results.push_back(result(asked.message.id));
    store_->accept(asked, [](const base::Result<serving::Accepted>&) {});
  }
  ASSERT_TRUE(accept(request()));
  std::atomic<std::size_t> written = 0;
  {
    std::vector<std::jthread> writers;
    writers.reserve(4);
    for (int t = 0; t < 4; ++t) {
      writers.emplace_back([&] { written += store_->finish(results).value_or(0); });
    }
  }
  EXPECT_EQ(written, 500U);
}

}  // namespace
}  // namespace sasrec
