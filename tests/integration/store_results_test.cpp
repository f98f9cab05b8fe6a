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
