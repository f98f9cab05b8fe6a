#pragma once

#include <functional>
#include <string>

namespace sasrec::test {

/// How a child process ended, and what it had to say.
struct ChildEnd {
  int signal = 0;  ///< that killed it; 0: it came to its end
  std::string text;
};

/// Runs `work` in a process of its own and waits for its end.
ChildEnd run_in_child(const std::function<std::string()>& work);

/// Runs `work(0)` to `work(count - 1)`, each in a process of its own, all at the same time.
void run_in_children(int count, const std::function<void(int)>& work);

}  // namespace sasrec::test
