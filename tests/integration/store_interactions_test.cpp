#include <atomic>
#include <latch>
#include <thread>

#include "store_fixture.hpp"

namespace sasrec {
namespace {

using base::ErrorCode;
using bus::Interaction;
using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const base::Time kDay{hours(24)};

class StoreInteractions : public test::StoreTest {
 protected:
  std::vector<std::string> items(const std::string& user, std::size_t most = 100) {
    const auto found = history(user, most);
    EXPECT_TRUE(found.has_value()) << found.error().message;
    std::vector<std::string> names;
    for (const auto& row : *found) names.push_back(row.item);
    return names;
  }

  std::vector<std::string> users(std::string prefix, std::string after, std::size_t most) {
    const auto found = test::answer<std::vector<serving::UserSummary>>(
        [&](auto done) { store_->users(std::move(prefix), std::move(after), most, std::move(done)); });
    EXPECT_TRUE(found.has_value()) << found.error().message;
    std::vector<std::string> names;
    for (const auto& row : *found) names.push_back(row.user);
    return names;
  }

  base::Result<std::size_t> remove(std::string user) {
    return test::answer<std::size_t>([&](auto done) { store_->remove_user(std::move(user), std::move(done)); });
  }
};

TEST_F(StoreInteractions, DuplicatesAreCountedAndAddNothing) {
  const auto first = add({interaction("e1", "u1", "i1"), interaction("e2", "u1", "i2"), interaction("e1", "u1", "i3")});
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->added, 2U);
  EXPECT_EQ(first->duplicates, 1U);
  const auto second = add({interaction("e3", "u1", "i4"), interaction("e2", "u9", "i9")});
  EXPECT_EQ(second->added, 1U);
  EXPECT_EQ(second->duplicates, 1U);
  EXPECT_THAT(items("u1"), ElementsAre("i4", "i2", "i1"));
  EXPECT_EQ(add({})->added, 0U);
}

TEST_F(StoreInteractions, CallsThatAreWrittenTogetherCountTheirOwn) {
  auto blocker = connect();
  execute(blocker, "BEGIN; LOCK TABLE interactions IN EXCLUSIVE MODE");
  std::latch answered(3);
  std::vector<serving::AddedInteractions> counts(3);
  const auto into = [&](std::size_t call) {
    return [&, call](const base::Result<serving::AddedInteractions>& added) {
      counts[call] = added.value_or(serving::AddedInteractions{});
      answered.count_down();
    };
  };
  store_->add({interaction("e1", "u1", "i1")}, into(0));
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return store_->waiting_interactions() == 0; }));
  store_->add({interaction("e1", "u1", "i1"), interaction("e2", "u1", "i2")}, into(1));
  store_->add({interaction("e2", "u1", "i2"), interaction("e3", "u1", "i3"), interaction("e4", "u1", "i4")}, into(2));
  EXPECT_EQ(store_->waiting_interactions(), 5U);
  execute(blocker, "ROLLBACK");
  answered.wait();
  EXPECT_EQ(counts[0].added, 1U);
  EXPECT_EQ(counts[1].added, 1U);
  EXPECT_EQ(counts[1].duplicates, 1U);
  EXPECT_EQ(counts[2].added, 2U);
  EXPECT_EQ(counts[2].duplicates, 1U);
}

TEST_F(StoreInteractions, OneBadInteractionRefusesItsWholeCallAndNoOther) {
  auto blocker = connect();
  execute(blocker, "BEGIN; LOCK TABLE interactions IN EXCLUSIVE MODE");
  std::latch answered(6);
  std::atomic<int> good = 0;
  std::atomic<int> invalid = 0;
  const auto count = [&](const base::Result<serving::AddedInteractions>& added) {
    if (added) ++good;
    if (!added && added.error().code == ErrorCode::kInvalidInput) ++invalid;
    answered.count_down();
  };
  store_->add({interaction("e0", "u1", "i0")}, count);
  ASSERT_TRUE(test::eventually(test::kLong, [&] { return store_->waiting_interactions() == 0; }));
  store_->add({interaction("e1", "u1", "i1"), interaction("e2", "u1", std::string("\0", 1))}, count);
  store_->add({interaction("e3", "u1", "i3"), interaction("e4", "u1", std::string(257, 'x'))}, count);
  store_->add({interaction("e5", "u1", "i5")}, count);
  auto bad = interaction("e6", "u1", "i6");
  bad.recommendation = "no uuid";
  store_->add({bad}, count);
  store_->add({interaction("e7", "u1", "i7", base::Time::min())}, count);
  execute(blocker, "ROLLBACK");
  answered.wait();
  EXPECT_EQ(good, 2);
  EXPECT_EQ(invalid, 4);
  EXPECT_THAT(items("u1"), ElementsAre("i5", "i0"));
}

TEST_F(StoreInteractions, HistoryIsNewestFirst) {
  auto bought = interaction("e3", "u1", "i3", kDay + hours(1));
  bought.kind = "purchase";
  ASSERT_TRUE(add({interaction("e1", "u1", "i1", kDay), interaction("e2", "u1", "i2", kDay), bought,
                   interaction("e4", "u2", "i4", kDay)}));
  const auto found = history("u1", 2);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_THAT(*found, SizeIs(2));
  EXPECT_EQ(found->at(0).item, "i3");
  EXPECT_EQ(found->at(0).kind, "purchase");
  EXPECT_EQ(found->at(0).time, kDay + hours(1));
  EXPECT_EQ(found->at(1).item, "i2");
  EXPECT_THAT(items("nobody"), IsEmpty());
  EXPECT_EQ(test::code(history("\xff", 1)), ErrorCode::kInvalidInput);
}

TEST_F(StoreInteractions, AddNowIsTheSameAtOnce) {
  const std::vector<Interaction> list{interaction("e1", "u1", "i1"), interaction("e1", "u1", "i1")};
  const auto added = store_->add_now(list);
  ASSERT_TRUE(added.has_value()) << added.error().message;
  EXPECT_EQ(added->added, 1U);
  EXPECT_EQ(added->duplicates, 1U);
  const std::vector<Interaction> bad{interaction("e2", "u1", "i2"), interaction("e3", "\xff", "i3")};
  EXPECT_EQ(test::code(store_->add_now(bad)), ErrorCode::kInvalidInput);
  EXPECT_THAT(items("u1"), ElementsAre("i1"));
}

TEST_F(StoreInteractions, OddTextsComeBackAsTheyWere) {
  const std::string odd = "a'b\"c\\d,e{f}NULL $1 🦊";
  ASSERT_TRUE(add({interaction(odd, odd, odd)}));
  EXPECT_THAT(items(odd), ElementsAre(odd));
  EXPECT_THAT(users("a'b\"c\\", "", 10), ElementsAre(odd));
}

TEST_F(StoreInteractions, UsersComeInByteOrderByPrefixAndInPages) {
  std::vector<Interaction> list;
  int event = 0;
  for (const std::string user : {"b", "a", "ab", "B", "a_", "aé", "aa", "é", "%", "a%"}) {
    for (int i = 0; i < 3; ++i) list.push_back(interaction(fmt::format("e{}", event++), user, "i"));
  }
  ASSERT_TRUE(add(list));
  EXPECT_THAT(users("", "", 100), ElementsAre("%", "B", "a", "a%", "a_", "aa", "ab", "aé", "b", "é"));
  EXPECT_THAT(users("a", "", 100), ElementsAre("a", "a%", "a_", "aa", "ab", "aé"));
  EXPECT_THAT(users("a", "", 2), ElementsAre("a", "a%"));
  EXPECT_THAT(users("a", "a%", 2), ElementsAre("a_", "aa"));
  EXPECT_THAT(users("a", "ab", 9), ElementsAre("aé"));
  EXPECT_THAT(users("a", "b", 9), IsEmpty());
  EXPECT_THAT(users("c", "", 9), IsEmpty());
  EXPECT_THAT(users("a", "", 0), IsEmpty());
}

TEST_F(StoreInteractions, RemovedUserLeavesNothingBehind) {
  ASSERT_TRUE(add({interaction("e1", "u1", "i1"), interaction("e2", "u1", "i2"), interaction("e3", "u2", "i3")}));
  const auto mine = request("u1");
  const auto other = request("u2");
  ASSERT_TRUE(accept(mine));
  ASSERT_TRUE(accept(other));
  EXPECT_EQ(remove("u1").value(), 2U);
  EXPECT_EQ(remove("u1").value(), 0U);
  EXPECT_EQ(remove("nobody").value(), 0U);
  EXPECT_THAT(items("u1"), IsEmpty());
  EXPECT_EQ(test::code(find(mine.message.id)), ErrorCode::kNotFound);
  EXPECT_TRUE(find(other.message.id).has_value());
  EXPECT_THAT(items("u2"), ElementsAre("i3"));
}

TEST_F(StoreInteractions, ManyThreadsAddEachEventOnce) {
  constexpr std::ptrdiff_t kThreads = 16;
  std::latch answered(kThreads * 20);
  std::atomic<std::size_t> added = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int call = 0; call < 20; ++call) {
          std::vector<Interaction> list;
          list.reserve(10);
          // Each event is sent by two threads.
          for (int i = 0; i < 10; ++i) {
            list.push_back(interaction(fmt::format("e{}-{}-{}", t / 2, call, i), "u", fmt::format("i{}", i)));
          }
          store_->add(std::move(list), [&](const base::Result<serving::AddedInteractions>& result) {
            if (result) added += result->added;
            answered.count_down();
          });
        }
      });
    }
  }
  answered.wait();
  EXPECT_EQ(added, kThreads / 2 * 20U * 10U);
  EXPECT_EQ(number("SELECT count(*) FROM interactions"), kThreads / 2 * 20 * 10);
}

}  // namespace
}  // namespace sasrec
