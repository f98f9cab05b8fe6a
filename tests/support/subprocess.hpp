#pragma once

#include <string>
#include <vector>

namespace sasrec::test {

/// How a program ended, and what it wrote.
struct Finished {
  int exit_code = -1;  ///< minus the signal's number if one ended it
  std::string out;
  std::string err;
};

/// Runs a program to its end, with an empty standard input. `environment` ("NAME=value") is added to this process's
/// own. Throws if it can't be started. Process is for programs that run in the background.
Finished run(const std::string& program, const std::vector<std::string>& arguments,
             const std::vector<std::string>& environment = {});

}  // namespace sasrec::test
