#include "support/subprocess.hpp"

#include "support/process.hpp"

namespace sasrec::test {

Finished run(const std::string& program, const std::vector<std::string>& arguments,
             const std::vector<std::string>& environment) {
  Process process(program, arguments, {.environment = environment});
  const int exit_code = process.wait();
  return {.exit_code = exit_code, .out = process.out(), .err = process.err()};
}

}  // namespace sasrec::test
