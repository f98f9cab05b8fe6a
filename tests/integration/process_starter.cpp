// Starts a process and makes a folder as tests do, says which, and waits until it is killed: for the test of what then
// becomes of both.
#include <iostream>

#include "support/process.hpp"
#include "support/temporary_folder.hpp"

int main() {
  const sasrec::test::TemporaryFolder folder;
  sasrec::test::Process process("/bin/sh", {"-c", "exec sleep 600"});
  std::cout << "started: " << process.pid() << ' ' << folder.path().string() << '\n' << std::flush;
  return process.wait();
}
