#include "kernels/kernels.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace sasrec::kernels {
namespace {

TEST(Kernels, ScalarIsAlwaysThereAndFirst) {
  ASSERT_FALSE(available().empty());
  EXPECT_EQ(available().front(), &scalar());
}

TEST(Kernels, AreFoundByName) {
  for (const Kernels* kernels : available()) {
    const auto found = find(kernels->name);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(*found, kernels);
  }
  const auto unknown = find("mmx");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, base::ErrorCode::kInvalidInput);
  EXPECT_THAT(unknown.error().message, testing::AllOf(testing::HasSubstr("'mmx'"), testing::HasSubstr("scalar")));
}

// best() decides once in a process: each case in one of its own.
// NOLINTBEGIN(concurrency-mt-unsafe): a process with one thread
[[noreturn]] void exit_with_best(const char* wanted, std::string_view expected) {
  ::setenv("SASREC_INSTRUCTION_SET", wanted, 1);
  try {
    std::exit(best().name == expected ? 0 : 1);
  } catch (const std::runtime_error& error) {
    std::fputs(error.what(), stderr);
    std::exit(3);
  }
}
// NOLINTEND(concurrency-mt-unsafe)

TEST(KernelsDeathTest, TheEnvironmentChoosesTheInstructionSet) {
  EXPECT_EXIT(exit_with_best("scalar", "scalar"), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(exit_with_best("", available().back()->name), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(exit_with_best("sse9", ""), testing::ExitedWithCode(3), "SASREC_INSTRUCTION_SET: .*'sse9'.*scalar");
}

}  // namespace
}  // namespace sasrec::kernels
