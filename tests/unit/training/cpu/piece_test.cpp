#include "training/cpu/piece.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "unit/training/cpu/subject.hpp"

namespace sasrec::training {
namespace {

using testing::ElementsAre;

TEST(Cut, PutsShortSequencesTogetherAndEachLongOneAlone) {
  const checkpoint::ModelConfig config{.items = 9, .hidden = 8, .max_length = 300};
  const auto batch = batch_of({100, 28, 1, 300, 5}, config);
  const std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5};
  const auto pieces = cut(batch.inputs, seeds);
  ASSERT_EQ(pieces.size(), 4U);
  EXPECT_THAT(pieces[0].lengths, ElementsAre(100, 28));  // 128 rows; one more would not fit
  EXPECT_THAT(pieces[1].lengths, ElementsAre(1));
  EXPECT_THAT(pieces[2].lengths, ElementsAre(300));
  EXPECT_THAT(pieces[3].lengths, ElementsAre(5));
  EXPECT_THAT(pieces[0].seeds, ElementsAre(1, 2));
  EXPECT_THAT(pieces[3].seeds, ElementsAre(5));
  std::size_t row = 0;
  for (const auto& piece : pieces) {
    EXPECT_EQ(piece.first, row);
    EXPECT_EQ(piece.items, batch.inputs.items.const_data_ptr<std::int64_t>() + row);
    EXPECT_EQ(piece.positions, batch.inputs.positions.const_data_ptr<std::int64_t>() + row);
    row += piece.rows;
  }
  EXPECT_EQ(row, 434U);
}

TEST(Grow, KeepsWhatIsLargeEnough) {
  kernels::FloatBuffer buffer(10);
  buffer.data()[3] = 7;
  grow(buffer, 5);
  EXPECT_EQ(buffer.size(), 10U);
  EXPECT_EQ(buffer.data()[3], 7);
  grow(buffer, 11);
  EXPECT_EQ(buffer.size(), 11U);
}

}  // namespace
}  // namespace sasrec::training
