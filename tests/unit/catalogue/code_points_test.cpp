#include "catalogue/code_points.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>
#include <vector>

namespace sasrec::catalogue {
namespace {

std::vector<std::optional<char32_t>> all(std::string_view text) {
  std::vector<std::optional<char32_t>> taken;
  while (!text.empty()) taken.push_back(take_code_point(text));
  return taken;
}

TEST(CodePoints, OfEachLengthAreTaken) {
  EXPECT_EQ(all("aé七🎬"), (std::vector<std::optional<char32_t>>{U'a', U'é', U'七', U'🎬'}));
}

TEST(CodePoints, BytesThatAreNotUtf8AreTakenOneByOne) {
  const std::optional<char32_t> none;
  EXPECT_EQ(all("\xC3"), (std::vector{none})) << "cut off";
  EXPECT_EQ(all("\xC1\x80"), (std::vector{none, none})) << "overlong";
  EXPECT_EQ(all("\xED\xA0\x80x"), (std::vector<std::optional<char32_t>>{none, none, none, U'x'})) << "a surrogate";
  EXPECT_EQ(all("\xF4\x90\x80\x80"), (std::vector{none, none, none, none})) << "beyond Unicode";
}

}  // namespace
}  // namespace sasrec::catalogue
