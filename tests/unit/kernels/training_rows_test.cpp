#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "unit/kernels/kernel_fixture.hpp"

namespace sasrec::kernels {
namespace {

using TrainingRowsTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(All, TrainingRowsTest, every_kernel(), kernel_name);

constexpr Dropout kThird{.first_key = 3, .second_key = 0x9e3779b9, .limit = -715827883, .scale = 1.5F};

TEST_P(TrainingRowsTest, DropsTheSameAsTheScalarOne) {
  constexpr std::size_t kCount = 64 * kPanel;
  Floats in(kCount, offset());
  Floats residual(kCount, offset());
  for (std::size_t n = 0; n < kCount; ++n) {
    in[n] = small_integer();
    residual[n] = small_integer();
  }
  for (const bool with_residual : {false, true}) {
    const float* added = with_residual ? residual.data() : nullptr;
    Floats expected(kCount, 0);
    scalar().training.drop(in.data(), added, kCount, kThird, expected.data());
    Floats out(kCount, offset(), kNotANumber);
    kernels().training.drop(in.data(), added, kCount, kThird, out.data());
    EXPECT_EQ(std::vector(out.data(), out.end()), std::vector(expected.data(), expected.end()));
  }
  Floats out(kCount, offset(), kNotANumber);
  kernels().training.drop(in.data(), nullptr, kCount, {}, out.data());
  EXPECT_EQ(std::vector(out.data(), out.end()), std::vector(in.data(), in.end())) << "by default nothing is dropped";
}

/// Which of a stream's first values are kept.
std::vector<bool> kept(const Kernels& kernels, std::size_t count, const Dropout& dropout) {
  Floats values(count, 0, 1.0F);
  kernels.training.drop(values.data(), nullptr, count, dropout, values.data());
  std::vector<bool> result;
  for (std::size_t n = 0; n < count; ++n) {
    result.push_back(values[n] != 0.0F);
  }
  return result;
}

/// How often two of them agree, minus what chance would bring, in standard deviations.
double agreement(const std::vector<bool>& left, const std::vector<bool>& right, std::size_t shift) {
  const std::size_t count = left.size() - shift;
  double equal = 0;
  for (std::size_t n = 0; n < count; ++n) {
    equal += left[n] == right[n + shift] ? 1.0 : 0.0;
  }
  constexpr double kChance = 1.0 / 9 + 4.0 / 9;
  const auto draws = static_cast<double>(count);
  return (equal - kChance * draws) / std::sqrt(draws * kChance * (1 - kChance));
}

TEST_P(TrainingRowsTest, DropsTheShareAndNothingPredictsWhich) {
  constexpr std::size_t kCount = std::size_t{1} << 20U;
  const auto stream = kept(kernels(), kCount, kThird);
  const auto share = static_cast<double>(std::count(stream.begin(), stream.end(), true)) / double{kCount};
  EXPECT_NEAR(share, 2.0 / 3, 4 * std::sqrt(2.0 / 9 / double{kCount}));
  for (const std::size_t shift : {1U, 2U, 3U, 8U, 16U, 50U, 64U, 208U, 4096U}) {
    EXPECT_LT(std::abs(agreement(stream, stream, shift)), 4.5) << "shift " << shift;
  }
  for (const unsigned other : {0U, 1U, 2U, 64U, 1000U}) {
    auto near = kThird;
    near.first_key += other;
    near.second_key += 1;
    EXPECT_LT(std::abs(agreement(stream, kept(kernels(), kCount, near), 0)), 4.5) << "other keys, first by " << other;
    EXPECT_LT(std::abs(agreement(kept(kernels(), kCount, near), stream, other)), 4.5) << "shifted by " << other;
  }
}

TEST_P(TrainingRowsTest, ReluPassesTheGradientWhereItPassedTheValue) {
  constexpr std::size_t kCount = 3 * kPanel;
  Floats out(kCount, offset());
  Floats d_out(kCount, offset());
  Floats d_in(kCount, offset(), kNotANumber);
  for (std::size_t n = 0; n < kCount; ++n) {
    out[n] = std::max(0.0F, small_integer());
    d_out[n] = small_integer();
  }
  kernels().training.relu_back(d_out.data(), out.data(), 2.0F, kCount, d_in.data());
  for (std::size_t n = 0; n < kCount; ++n) {
    ASSERT_EQ(d_in[n], out[n] > 0 ? 2 * d_out[n] : 0.0F);
  }
}

TEST_P(TrainingRowsTest, GeluAndItsSlopeAreTheExactOnes) {
  std::vector<float> xs;
  for (float x = -12.0F; x <= 12.0F; x += 0.0137F) {
    xs.push_back(x);
  }
  const std::size_t count = round_up(xs.size());
  Floats in(count, offset());
  std::copy(xs.begin(), xs.end(), in.data());
  Floats value(count, offset(), kNotANumber);
  Floats slope(count, offset(), 2.0F);
  kernels().training.gelu(in.data(), count, value.data());
  kernels().training.gelu_back(slope.data(), in.data(), count, slope.data());
  for (std::size_t n = 0; n < count; ++n) {
    const double x = double{in[n]};
    const double normal = 0.5 * (1.0 + std::erf(x / std::sqrt(2.0)));
    ASSERT_NEAR(double{value[n]}, x * normal, 1e-6 * std::max(1.0, std::abs(x))) << x;
    ASSERT_NEAR(double{slope[n]}, 2 * (normal + x * std::exp(-0.5 * x * x) * 0.3989422804014327), 4e-6) << x;
  }
}

TEST_P(TrainingRowsTest, SumsColumnsAndMultipliesRows) {
  for (const std::size_t columns : {16U, 64U, 80U}) {
    for (const std::size_t rows : {1U, 7U, 40U}) {
      Floats a(rows * columns, offset());
      Floats b(rows * columns, offset());
      Floats sums(columns, offset(), 5.0F);
      Floats products(rows, offset(), kNotANumber);
      std::vector<float> expected_sums(columns, 5.0F);
      std::vector<float> expected_products(rows, 0.0F);
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < columns; ++c) {
          a[r * columns + c] = small_integer();
          b[r * columns + c] = small_integer();
          expected_sums[c] += a[r * columns + c];
          expected_products[r] += a[r * columns + c] * b[r * columns + c];
        }
      }
      kernels().training.add_rows(a.data(), rows, columns, sums.data());
      kernels().training.dot_rows(a.data(), b.data(), rows, columns, products.data());
      EXPECT_EQ(std::vector(sums.data(), sums.end()), expected_sums);
      EXPECT_EQ(std::vector(products.data(), products.end()), expected_products);
    }
  }
}

TEST_P(TrainingRowsTest, LayerNormBackAgreesWithThePlainFormula) {
  constexpr float kEpsilon = 1e-8F;
  for (const std::size_t width : {1U, 5U, 16U, 17U, 50U, 64U, 100U}) {
    for (const bool with_residual : {false, true}) {
      SCOPED_TRACE("width " + std::to_string(width));
      constexpr std::size_t kRows = 9;
      const std::size_t stride = round_up(width);
      Floats in(kRows * stride, offset());
      Floats d_out(kRows * stride, offset());
      Floats residual(kRows * stride, offset());
      Floats weight(stride, offset());
      for (std::size_t c = 0; c < width; ++c) {
        weight[c] = real();
        for (std::size_t r = 0; r < kRows; ++r) {
          in[r * stride + c] = real() + 1.0F;
          d_out[r * stride + c] = real();
          residual[r * stride + c] = real();
        }
      }
      std::vector<double> d_in(kRows * stride, 0.0), d_weight(stride, 0.0), d_bias(stride, 0.0);
      for (std::size_t c = 0; c < width; ++c) {
        d_weight[c] = d_bias[c] = 3.0;
      }
      for (std::size_t r = 0; r < kRows; ++r) {
        const auto size = static_cast<double>(width);
        const auto value = [&](Floats& of, std::size_t c) {
          return double{of[r * stride + c]};
        };
        double mean = 0, variance = 0, slopes = 0, products = 0;
        for (std::size_t c = 0; c < width; ++c) {
          mean += value(in, c) / size;
        }
        for (std::size_t c = 0; c < width; ++c) {
          variance += (value(in, c) - mean) * (value(in, c) - mean) / size;
        }
        const double deviation = std::sqrt(variance + double{kEpsilon});
        for (std::size_t c = 0; c < width; ++c) {
          const double normal = (value(in, c) - mean) / deviation;
          slopes += value(d_out, c) * double{weight[c]} / size;
          products += value(d_out, c) * double{weight[c]} * normal / size;
          d_weight[c] += value(d_out, c) * normal;
          d_bias[c] += value(d_out, c);
        }
        for (std::size_t c = 0; c < width; ++c) {
          const double normal = (value(in, c) - mean) / deviation;
          const double slope = (value(d_out, c) * double{weight[c]} - slopes - normal * products) / deviation;
          d_in[r * stride + c] = slope + (with_residual ? value(residual, c) : 0.0);
        }
      }
      Floats found_weight(stride, offset());
      Floats found_bias(stride, offset());
      std::fill_n(found_weight.data(), width, 3.0F);
      std::fill_n(found_bias.data(), width, 3.0F);
      kernels().training.layer_norm_back({.in = in.data(),
                                          .weight = weight.data(),
                                          .d_out = d_out.data(),
                                          .stride = stride,
                                          .rows = kRows,
                                          .width = width,
                                          .epsilon = kEpsilon,
                                          .residual = with_residual ? residual.data() : nullptr,
                                          .d_in = d_out.data(),
                                          .d_weight = found_weight.data(),
                                          .d_bias = found_bias.data()});
      for (std::size_t n = 0; n < kRows * stride; ++n) {
        // A single column has no deviation: what is left of it is divided by the root of epsilon.
        ASSERT_NEAR(double{d_out[n]}, d_in[n], width == 1 ? 2e-2 : 2e-5) << n;
      }
      for (std::size_t c = 0; c < stride; ++c) {
        ASSERT_NEAR(double{found_weight[c]}, d_weight[c], 1e-5);
        ASSERT_NEAR(double{found_bias[c]}, d_bias[c], 1e-5);
      }
    }
  }
}

}  // namespace
}  // namespace sasrec::kernels
