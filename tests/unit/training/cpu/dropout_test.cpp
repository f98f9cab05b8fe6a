#include "training/cpu/dropout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace sasrec::training {
namespace {

TEST(CpuDropout, EveryPlaceHasAMaskOfItsOwn) {
  const CpuDropout dropout(0.25);
  std::vector<std::pair<unsigned, unsigned>> keys;
  for (const std::uint64_t seed : {1, 2}) {
    for (const std::size_t block : {0U, 1U}) {
      for (const auto place : {DropoutPlace::kInput, DropoutPlace::kAttention, DropoutPlace::kInner,
                               DropoutPlace::kFeedForward, DropoutPlace::kWeights}) {
        const auto mask = dropout.at(seed, block, place);
        keys.emplace_back(mask.first_key, mask.second_key);
        EXPECT_EQ((double{static_cast<float>(mask.limit)} + 0x1.0p31) / 0x1.0p32, 0.25);
        EXPECT_FLOAT_EQ(mask.scale, 4.0F / 3.0F);
      }
      const auto head = dropout.at(seed, block, DropoutPlace::kWeights, 1);
      keys.emplace_back(head.first_key, head.second_key);
    }
  }
  std::ranges::sort(keys);
  EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
}

}  // namespace
}  // namespace sasrec::training
