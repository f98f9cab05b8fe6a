#include "training/batch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <vector>

namespace sasrec::training {
namespace {

using base::ItemIndex;
using testing::ElementsAre;

std::vector<std::int64_t> values(const at::Tensor& tensor) {
  const auto* const begin = tensor.const_data_ptr<std::int64_t>();
  return {begin, begin + tensor.numel()};
}

class PackTest : public testing::Test {
 protected:
  std::vector<ItemIndex> short_{{7}, {8}};
  std::vector<ItemIndex> long_{{1}, {2}, {3}, {4}, {5}};
  std::vector<std::span<const ItemIndex>> histories_{short_, long_};
};

TEST_F(PackTest, PutsSequencesEndToEndWithTheNewestAtTheLastPosition) {
  const auto packed = pack(histories_, 4, at::kCPU);
  EXPECT_THAT(packed.lengths, ElementsAre(2, 4));
  EXPECT_THAT(values(packed.items), ElementsAre(7, 8, 2, 3, 4, 5)) << "the long one is cut to its newest 4";
  EXPECT_THAT(values(packed.positions), ElementsAre(2, 3, 0, 1, 2, 3));
  EXPECT_THAT(values(packed.last), ElementsAre(1, 5));
}

TEST_F(PackTest, PadsOnTheLeftIfAskedTo) {
  const auto packed = pack(histories_, 4, at::kCPU, PadTo::kMaxLength);
  EXPECT_THAT(packed.lengths, ElementsAre(4, 4));
  EXPECT_THAT(values(packed.items), ElementsAre(0, 0, 7, 8, 2, 3, 4, 5));
  EXPECT_THAT(values(packed.positions), ElementsAre(0, 1, 2, 3, 0, 1, 2, 3));
  EXPECT_THAT(values(packed.last), ElementsAre(3, 7));
}

}  // namespace
}  // namespace sasrec::training
