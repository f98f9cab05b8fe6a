#include <chrono>
#include <vector>

#include "store_fixture.hpp"

namespace sasrec {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreResults : public test::StoreTest {};

TEST_F(StoreResults, AnExplanationIsKept) {
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  auto ended = result(asked.message.id);
  ended.explanation = {{.history = {"i1", "i2"}, .attention = {0.25F, 0.75F}, .effects = {{1, -2}, {0.1F, 0}}}};
  ASSERT_TRUE(store_->finish({&ended, 1}));
  EXPECT_EQ(find(asked.message.id)->explanation, ended.explanation);
}

TEST_F(StoreResults, AResultThatWasMadeInTimeReplacesAnExpiry) {
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  const auto deadline = asked.message.deadline;
  const auto after = deadline + std::chrono::seconds(5);
  ASSERT_EQ(store_->expire(after, after, 10)->size(), 1U);
  auto in_time = result(asked.message.id);
  in_time.finished = deadline;
  EXPECT_EQ(store_->finish({&in_time, 1}).value(), 1U);
  const auto found = find(asked.message.id);
  EXPECT_EQ(found->status, bus::Status::kDone);
  EXPECT_EQ(found->items, in_time.items);
  EXPECT_EQ(found->finished, deadline);
  EXPECT_EQ(found->error, "");
}

TEST_F(StoreResults, AResultThatCameTooLateDoesNot) {
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  const auto after = asked.message.deadline + std::chrono::seconds(5);
  ASSERT_EQ(store_->expire(after, after, 10)->size(), 1U);
  auto late = result(asked.message.id);
  late.finished = asked.message.deadline + std::chrono::milliseconds(1);
  EXPECT_EQ(store_->finish({&late, 1}).value(), 0U);
  EXPECT_EQ(find(asked.message.id)->status, bus::Status::kExpired);
}

TEST_F(StoreResults, ADoneResultIsReplacedByNothing) {
  const auto asked = request();
  ASSERT_TRUE(accept(asked));
  auto first = result(asked.message.id);
  first.finished = asked.message.created;
  ASSERT_EQ(store_->finish({&first, 1}).value(), 1U);
  auto second = first;
  second.items.clear();
  EXPECT_EQ(store_->finish({&second, 1}).value(), 0U);
  second.status = bus::Status::kExpired;
  EXPECT_EQ(store_->finish({&second, 1}).value(), 0U);
  EXPECT_EQ(find(asked.message.id)->items, first.items);
}

TEST_F(StoreResults, ThoseThatEndedSinceAreTheNewestInOrder) {
  std::vector<base::Uuid> ids;
  const auto now = base::now();
  for (int n = 0; n < 4; ++n) {
    const auto asked = request();
    ASSERT_TRUE(accept(asked));
    auto ended = result(asked.message.id);
    ended.finished = now + std::chrono::seconds(n);
    ASSERT_TRUE(store_->finish({&ended, 1}));
    ids.push_back(asked.message.id);
  }
  ASSERT_TRUE(accept(request())) << "is pending";
  const auto since = [&](base::Time time, std::size_t most) {
    const auto ended = test::answer<std::vector<bus::ResultRecord>>(
        [&](auto done) { store_->ended_since(time, most, std::move(done)); });
    std::vector<base::Uuid> found;
    for (const auto& one : ended.value()) found.push_back(one.id);
    return found;
  };
  EXPECT_THAT(since(now, 10), ElementsAre(ids[0], ids[1], ids[2], ids[3]));
  EXPECT_THAT(since(now, 2), ElementsAre(ids[2], ids[3]));
  EXPECT_THAT(since(now + std::chrono::seconds(3), 10), ElementsAre(ids[3]));
  EXPECT_THAT(since(now + std::chrono::minutes(1), 10), IsEmpty());
  EXPECT_THAT(since(now + std::chrono::minutes(3), 10), IsEmpty());
}

}  // namespace
}  // namespace sasrec
