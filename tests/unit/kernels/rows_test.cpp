#include <cmath>
#include <cstddef>
#include <vector>

#include "unit/kernels/kernel_fixture.hpp"

namespace sasrec::kernels {
namespace {

using RowsTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(All, RowsTest, every_kernel(), kernel_name);

TEST_P(RowsTest, LayerNormAtEveryWidth) {
  constexpr std::size_t kRows = 19;
  constexpr float kEpsilon = 1e-8F;
  for (std::size_t width = 1; width <= 70; ++width) {
    const std::size_t columns = round_up(width);
    const std::size_t stride = columns + 2;
    const std::size_t size = (kRows - 1) * stride + columns;
    Floats in(size, offset());
    Floats weight(columns, offset());
    Floats bias(columns, offset());
    Floats out(size, offset(), kNotANumber);
    for (std::size_t c = 0; c < width; ++c) {
      weight[c] = real();
      bias[c] = real();
      for (std::size_t r = 0; r < kRows; ++r) {
        in[r * stride + c] = 3.0F + real();  // a mean that the padding doesn't have
      }
    }
    kernels().layer_norm(in.data(), stride, kRows, width, weight.data(), bias.data(), kEpsilon, out.data(), stride);
    for (std::size_t r = 0; r < kRows; ++r) {
      double mean = 0;
      double variance = 0;
      for (std::size_t c = 0; c < width; ++c) {
        mean += double{in[r * stride + c]} / static_cast<double>(width);
      }
      for (std::size_t c = 0; c < width; ++c) {
        variance += std::pow(double{in[r * stride + c]} - mean, 2) / static_cast<double>(width);
      }
      for (std::size_t c = 0; c < columns; ++c) {
        const double expected = c >= width ? 0.0
                                           : (double{in[r * stride + c]} - mean) /
                                                     std::sqrt(variance + double{kEpsilon}) * double{weight[c]} +
                                                 double{bias[c]};
        ASSERT_NEAR(double{out[r * stride + c]}, expected, 2e-5) << "width " << width << ", column " << c;
      }
    }
    kernels().layer_norm(in.data(), stride, kRows, width, weight.data(), bias.data(), kEpsilon, in.data(), stride);
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        ASSERT_EQ(in[r * stride + c], out[r * stride + c]) << "in place";
      }
    }
  }
}

TEST_P(RowsTest, AddsRowsFromAnywhere) {
  constexpr std::size_t kTable = 30;
  for (const std::size_t width : {16U, 64U, 80U}) {
    for (const std::size_t count : {1U, 8U, 21U}) {
      Floats table(kTable * width, offset());
      Floats added(count * width, offset());
      Floats out(count * width, offset(), kNotANumber);
      for (float* value = table.data(); value != table.end(); ++value) *value = real();
      for (float* value = added.data(); value != added.end(); ++value) *value = real();
      std::vector<unsigned> which(count);
      for (std::size_t r = 0; r < count; ++r) which[r] = static_cast<unsigned>((kTable - 1 + 7 * r) % kTable);
      kernels().add_chosen(table.data(), which.data(), count, width, added.data(), out.data());
      for (std::size_t n = 0; n < count * width; ++n) {
        ASSERT_EQ(out[n], table[which[n / width] * width + n % width] + added[n]) << width << ", " << n;
      }
    }
  }
}

TEST_P(RowsTest, ScoresAreExactForIntegersAtEverySize) {
  for (std::size_t width = 1; width <= 70; ++width) {
    for (const std::size_t count : {1U, 2U, 7U, 8U, 9U, 15U, 16U, 17U, 40U}) {
      const std::size_t stride = width + 1;
      Floats rows((count - 1) * stride + width, offset(), kNotANumber);
      Floats state(width, offset());
      Floats scores(count, offset());
      for (std::size_t c = 0; c < width; ++c) {
        state[c] = small_integer();
        for (std::size_t r = 0; r < count; ++r) {
          rows[r * stride + c] = small_integer();
        }
      }
      kernels().score_rows(rows.data(), stride, count, width, state.data(), scores.data());
      for (std::size_t r = 0; r < count; ++r) {
        float expected = 0;
        for (std::size_t c = 0; c < width; ++c) {
          expected += rows[r * stride + c] * state[c];
        }
        ASSERT_EQ(scores[r], expected) << "width " << width << ", row " << r << " of " << count;
      }
    }
  }
}

TEST_P(RowsTest, AScoreDependsOnItsRowOnly) {
  for (const std::size_t width : {3U, 50U, 64U, 77U}) {
    constexpr std::size_t kCount = 45;
    Floats rows(kCount * width, offset());
    Floats state(width, offset());
    for (std::size_t c = 0; c < width; ++c) {
      state[c] = real();
      for (std::size_t r = 0; r < kCount; ++r) {
        rows[r * width + c] = real();
      }
    }
    std::vector<float> together(kCount);
    kernels().score_rows(rows.data(), width, kCount, width, state.data(), together.data());
    for (std::size_t r = 0; r < kCount; ++r) {
      float alone = 0;
      kernels().score_rows(rows.data() + r * width, width, 1, width, state.data(), &alone);
      ASSERT_EQ(together[r], alone) << "width " << width << ", row " << r;
    }
    const std::vector<unsigned> which{44, 3, 3, 0, 17, 20, 21, 22, 44, 1, 2, 30, 31, 32, 33, 34, 35};
    std::vector<float> chosen(which.size(), kNotANumber);
    kernels().score_chosen(rows.data(), width, which.data(), which.size(), width, state.data(), chosen.data());
    for (std::size_t n = 0; n < which.size(); ++n) {
      ASSERT_EQ(chosen[n], together[which[n]]) << "width " << width << ", chosen " << n;
    }
  }
}

TEST_P(RowsTest, SelectsWhatIsAbove) {
  for (std::size_t count = 0; count <= 70; ++count) {
    Floats scores(count, offset());
    std::vector<unsigned> expected;
    for (std::size_t i = 0; i < count; ++i) {
      scores[i] = small_integer();
      if (scores[i] > 2.0F) {  // 2 itself comes up often
        expected.push_back(static_cast<unsigned>(i));
      }
    }
    std::vector<unsigned> positions(count);
    positions.resize(kernels().select_above(scores.data(), count, 2.0F, positions.data()));
    ASSERT_EQ(positions, expected) << "count " << count;
  }
}

}  // namespace
}  // namespace sasrec::kernels
