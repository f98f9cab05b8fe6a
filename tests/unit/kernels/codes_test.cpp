#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "unit/kernels/kernel_fixture.hpp"

namespace sasrec::kernels {
namespace {

class CodesTest : public KernelTest {
 protected:
  struct Table {
    AlignedBuffer<unsigned char> lines;
    AlignedBuffer<signed char> query;
    std::vector<std::vector<int>> codes;  // [items][columns]
  };

  /// code_of and factor_of: what to fill it with.
  template <class CodeOf, class FactorOf>
  Table table(std::size_t blocks, std::size_t lines, CodeOf code_of, FactorOf factor_of) const {
    const std::size_t columns = lines * kCodeColumns;
    Table made{AlignedBuffer<unsigned char>(offset() + blocks * lines * kCodeLine),
               AlignedBuffer<signed char>(offset() + columns),
               {}};
    for (std::size_t c = 0; c < columns; ++c) query(made)[c] = static_cast<signed char>(factor_of());
    made.codes.assign(blocks * kCodeItems, std::vector<int>(columns));
    for (std::size_t item = 0; item < made.codes.size(); ++item) {
      for (std::size_t c = 0; c < columns; ++c) {
        const int code = code_of();
        made.codes[item][c] = code;
        // As the layout is told in kernels/table.hpp, once more.
        const std::size_t line = item / kCodeItems * lines + c / kCodeColumns;
        unsigned char& byte = lines_of(made)[line * kCodeLine + 4 * (item % kCodeItems) + c % 4];
        byte = static_cast<unsigned char>(byte + code * (c % kCodeColumns < 4 ? 1 : 16));
      }
    }
    return made;
  }

  unsigned char* lines_of(Table& made) const { return made.lines.data() + offset(); }
  signed char* query(Table& made) const { return made.query.data() + offset(); }

  void check(Table& made, std::size_t blocks, std::size_t lines) {
    std::vector<int> expected;
    for (const auto& codes : made.codes) {
      int sum = 0;
      for (std::size_t c = 0; c < codes.size(); ++c) sum += codes[c] * query(made)[c];
      expected.push_back(sum);
    }
    // Each block's limit is what one of its items reaches just so.
    std::vector<float> factors(blocks);
    std::vector<float> limits(blocks);
    for (std::size_t b = 0; b < blocks; ++b) {
      factors[b] = b % 2 == 0 ? 0.5F : 2.0F;
      limits[b] = static_cast<float>(expected[b * kCodeItems + b % kCodeItems]) * factors[b];
    }
    std::vector<int> sums(expected.size());
    std::vector<unsigned long> found(blocks / 4);
    kernels().match_codes({.codes = lines_of(made), .blocks = blocks, .lines = lines, .query = query(made)},
                          factors.data(), limits.data(), sums.data(), found.data());
    ASSERT_EQ(sums, expected) << lines << " lines";
    for (std::size_t item = 0; item < expected.size(); ++item) {
      const std::size_t block = item / kCodeItems;
      const bool reaches = static_cast<float>(expected[item]) * factors[block] >= limits[block];
      ASSERT_EQ((found[item / 64] >> item % 64 & 1U) != 0, reaches) << lines << " lines, item " << item;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(All, CodesTest, every_kernel(), kernel_name);

TEST_P(CodesTest, SumsAreExactAtEveryWidth) {
  std::mt19937 random(2);
  for (std::size_t lines = 1; lines <= 33; ++lines) {
    for (const std::size_t blocks : {4U, 16U}) {
      auto made = table(
          blocks, lines, [&] { return static_cast<int>(random() % 16U); },
          [&] { return static_cast<int>(random() % 255U) - 127; });
      check(made, blocks, lines);
    }
  }
}

TEST_P(CodesTest, TheLargestSumsOverflowNowhere) {
  for (const std::size_t lines : {1U, 4U, 5U, 8U, 64U}) {
    for (const int factor : {127, -127}) {
      auto made = table(4, lines, [] { return 15; }, [&] { return factor; });
      check(made, 4, lines);
    }
  }
}

}  // namespace
}  // namespace sasrec::kernels
