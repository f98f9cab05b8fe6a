#include "apps/service/open_files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sasrec::apps {
namespace {

TEST(OpenFiles, TheSoftLimitIsRaisedToTheHardOne) {
  // In a process of its own, because a hard limit cannot be raised again.
  const auto child = ::fork();
  if (child == 0) {
    const rlimit low{.rlim_cur = 64, .rlim_max = 512};
    if (::setrlimit(RLIMIT_NOFILE, &low) != 0) ::_exit(1);
    if (raise_open_files() != 512) ::_exit(2);
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    ::_exit(now.rlim_cur == 512 ? 0 : 3);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(OpenFiles, ConnectionsLeaveFilesForTheRest) {
  EXPECT_EQ(affordable_connections(2048, 1'048'576), 2048U);
  EXPECT_EQ(affordable_connections(2048, 1024), 768U);
  EXPECT_EQ(affordable_connections(100, 1024), 100U);
  EXPECT_EQ(affordable_connections(2048, 64), 1U);
}

}  // namespace
}  // namespace sasrec::apps
