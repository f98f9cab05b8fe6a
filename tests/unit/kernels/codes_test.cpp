#include <algorithm>
#include <cstddef>
#include <numeric>
#include <random>
#include <vector>

#include "unit/kernels/kernel_fixture.hpp"

namespace sasrec::kernels {
namespace {

class CodesTest : public KernelTest {
 protected:
  struct Table {
    AlignedBuffer<unsigned char> lines;
    std::vector<std::vector<int>> codes;  // [items][columns]
  };
  using Query = std::vector<int>;  // [columns]

  /// code_of: what to fill it with.
  template <class CodeOf>
  Table table(std::size_t blocks, std::size_t lines, CodeOf code_of) const {
    const std::size_t columns = lines * kCodeColumns;
    Table made{AlignedBuffer<unsigned char>(offset() + blocks * lines * kCodeLine), {}};
    made.codes.assign(blocks * kCodeItems, std::vector<int>(columns));
    for (std::size_t item = 0; item < made.codes.size(); ++item) {
      for (std::size_t c = 0; c < columns; ++c) {
        const int code = code_of();
        made.codes[item][c] = code;
        // As the layout is told in kernels/table.hpp, once more.
        const std::size_t line = item / kCodeItems * lines + c / kCodeColumns;
        unsigned char& byte = made.lines.data()[offset() + line * kCodeLine + 4 * (item % kCodeItems) + c % 4];
        byte = static_cast<unsigned char>(byte + code * (c % kCodeColumns < 4 ? 1 : 16));
      }
    }
    return made;
  }

  /// Numbers from -largest to largest, made smaller until their sums are within kLargestQuerySum.
  Query query(std::size_t lines, int largest) {
    Query made(lines * kCodeColumns);
    for (int& number : made) number = static_cast<int>(random_() % static_cast<unsigned>(2 * largest + 1)) - largest;
    for (const std::size_t half : {0U, 1U}) {
      for (const int sign : {-1, 1}) {
        int sum = 0;
        for (std::size_t c = 0; c < made.size(); ++c) {
          if (c % 4 / 2 != half || made[c] * sign <= 0) continue;
          made[c] = sign * std::min(made[c] * sign, kMaxQuerySum - sum);
          sum += made[c] * sign;
        }
      }
    }
    return made;
  }

  void check(const Table& made, std::size_t blocks, std::size_t lines, const std::vector<Query>& queries) {
    AlignedBuffer<signed char> numbers(offset() + queries.size() * lines * kCodeColumns);
    std::vector<const signed char*> pointers;
    std::vector<int> expected;  // [queries, items]
    std::vector<int> limits;    // [queries, blocks]: what one of the block's items just has
    for (std::size_t q = 0; q < queries.size(); ++q) {
      signed char* const to = numbers.data() + offset() + q * lines * kCodeColumns;
      std::copy(queries[q].begin(), queries[q].end(), to);
      pointers.push_back(to);
      for (const auto& codes : made.codes) {
        expected.push_back(std::inner_product(codes.begin(), codes.end(), queries[q].begin(), 0));
      }
      for (std::size_t b = 0; b < blocks; ++b) {
        limits.push_back(expected[(q * blocks + b) * kCodeItems + (b + q) % kCodeItems]);
      }
    }
    AlignedBuffer<unsigned char> unpacked(lines * 2 * kCodeLine);
    std::vector<int> sums(expected.size());
    std::vector<unsigned short> found(queries.size() * blocks, 0xffff);
    kernels().match_codes({.codes = made.lines.data() + offset(),
                           .blocks = blocks,
                           .lines = lines,
                           .queries = pointers.data(),
                           .count = pointers.size(),
                           .limits = limits.data(),
                           .unpacked = queries.size() == 1 ? nullptr : unpacked.data(),
                           .sums = sums.data(),
                           .found = found.data()});
    ASSERT_EQ(sums, expected) << lines << " lines, " << queries.size() << " queries";
    for (std::size_t n = 0; n < expected.size(); ++n) {
      ASSERT_EQ((found[n / kCodeItems] >> n % kCodeItems & 1) != 0, expected[n] > limits[n / kCodeItems])
          << lines << " lines, " << queries.size() << " queries, sum " << n;
    }
  }

  std::mt19937 random_{2};
};
INSTANTIATE_TEST_SUITE_P(All, CodesTest, every_kernel(), kernel_name);

TEST_P(CodesTest, SumsAreExactAtEveryWidth) {
  for (std::size_t lines = 1; lines <= 33; ++lines) {
    for (const std::size_t blocks : {4U, 16U}) {
      const auto made = table(blocks, lines, [&] { return static_cast<int>(random_() % 16U); });
      check(made, blocks, lines, {query(lines, 127)});
      check(made, blocks, lines, {query(lines, 127), query(lines, 3), query(lines, 60)});
    }
  }
}

TEST_P(CodesTest, SumsAreExactForEveryNumberOfQueries) {
  for (const std::size_t lines : {3U, 8U}) {
    const auto made = table(8, lines, [&] { return static_cast<int>(random_() % 16U); });
    std::vector<Query> queries;
    while (queries.size() < 20) {
      queries.push_back(query(lines, 127));
      check(made, 8, lines, queries);
    }
  }
}

TEST_P(CodesTest, TheLargestSumsOverflowNowhere) {
  for (const std::size_t lines : {1U, 4U, 5U, 8U, 64U}) {
    const auto made = table(4, lines, [] { return 15; });
    for (const int sign : {1, -1}) {
      // As much as the halves may hold, in the first columns; then the other sign, so that sums return.
      Query one_sign(lines * kCodeColumns);
      Query both(lines * kCodeColumns);
      for (const std::size_t half : {0U, 1U}) {
        int left = kMaxQuerySum;
        int back = kMaxQuerySum;
        for (std::size_t c = 0; c < both.size(); ++c) {
          if (c % 4 / 2 != half) continue;
          const int taken = std::min(left, 127);
          left -= taken;
          const int given = taken > 0 ? 0 : std::min(back, 127);
          back -= given;
          one_sign[c] = sign * taken;
          both[c] = sign * (taken - given);
        }
      }
      check(made, 4, lines, {one_sign});
      check(made, 4, lines, {one_sign, both, one_sign, both, one_sign});
    }
  }
}

}  // namespace
}  // namespace sasrec::kernels
