#include "base/background.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <thread>

namespace sasrec::base {
namespace {

int priority() {
  errno = 0;
  return ::getpriority(PRIO_PROCESS, 0);
}

TEST(Background, LowersThePriorityOfThisThreadAlone) {
  const int before = priority();
  int inside = 0;
  std::thread([&] {
    enter_background();
    inside = priority();
  }).join();
  EXPECT_EQ(inside, 10);
  EXPECT_EQ(priority(), before);
}

}  // namespace
}  // namespace sasrec::base
