#include "base/uuid.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace sasrec::base {
namespace {

TEST(Uuid, IsReadBackFromItsText) {
  const auto uuid = Uuid::make();
  EXPECT_EQ(Uuid::parse(uuid.text()), uuid);
  EXPECT_EQ(Uuid::parse("0192F0A0-7C3E-7000-8000-0123456789AB")->text(), "0192f0a0-7c3e-7000-8000-0123456789ab");
}

TEST(Uuid, SaysItsVersionAndVariant) {
  const std::string random = Uuid::make().text();
  EXPECT_EQ(random[14], '7');
  EXPECT_NE(std::string("89ab").find(random[19]), std::string::npos);
  EXPECT_EQ(Uuid::from_digest(std::string(64, 'f')).text(), "ffffffff-ffff-8fff-bfff-ffffffffffff");
}

TEST(Uuid, SortsByTheTimeItWasMade) {
  const auto before = now();
  const auto made = Uuid::make();
  EXPECT_LE(Uuid::earliest(before), made);
  EXPECT_GT(Uuid::earliest(now() + std::chrono::milliseconds(1)), made);
}

TEST(Uuid, IsNeverMadeTwiceAlsoByThreads) {
  constexpr std::size_t kEach = 2000;
  std::vector<std::vector<Uuid>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& own : made) {
      threads.emplace_back([&own] {
        for (std::size_t i = 0; i < kEach; ++i) own.push_back(Uuid::make());
      });
    }
  }
  std::set<Uuid> all;
  for (const auto& own : made) all.insert(own.begin(), own.end());
  EXPECT_EQ(all.size(), made.size() * kEach);
}

TEST(Uuid, AForkedProcessMakesOthersThanItsParent) {
  Uuid::make();  // fills the pool of random bytes that the child gets a copy of
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const auto child = ::fork();
  if (child == 0) {
    const auto made = Uuid::make();
    ::_exit(::write(pipe[1], made.bytes.data(), made.bytes.size()) == 16 ? 0 : 1);
  }
  const auto own = Uuid::make();
  Uuid other;
  ASSERT_EQ(::read(pipe[0], other.bytes.data(), other.bytes.size()), 16);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(pipe[0]);
  ::close(pipe[1]);
  // The first six bytes are the time.
  EXPECT_FALSE(std::equal(own.bytes.begin() + 8, own.bytes.end(), other.bytes.begin() + 8));
}

TEST(Uuid, RefusesOtherText) {
  for (const char* text :
       {"", "0192f0a0", "0192f0a0-7c3e-7000-8000-0123456789a", "0192f0a0-7c3e-7000-8000-0123456789abc",
        "0192f0a0+7c3e-7000-8000-0123456789ab", "0192f0a0-7c3e-7000-8000-0123456789ag"}) {
    EXPECT_EQ(Uuid::parse(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sasrec::base
