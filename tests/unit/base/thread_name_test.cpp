#include "base/thread_name.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <string>
#include <thread>

namespace sasrec::base {
namespace {

std::string shown_for(const std::string& name) {
  std::array<char, 64> shown{};
  std::jthread([&] {
    name_this_thread(name);
    ::pthread_getname_np(::pthread_self(), shown.data(), shown.size());
  }).join();
  return shown.data();
}

TEST(ThreadName, IsCutToWhatTheSystemTakes) {
  EXPECT_EQ(shown_for("worker"), "worker");
  EXPECT_EQ(shown_for("a-name-that-is-too-long"), "a-name-that-is-");
}

}  // namespace
}  // namespace sasrec::base
