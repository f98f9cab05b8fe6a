#include <cmath>
#include <cstddef>
#include <vector>

#include "unit/kernels/kernel_fixture.hpp"

namespace sasrec::kernels {
namespace {

using MultiplyTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(All, MultiplyTest, every_kernel(), kernel_name);

TEST_P(MultiplyTest, PacksTheTransposeInPanels) {
  for (std::size_t rows = 1; rows <= 35; ++rows) {
    for (std::size_t width = 1; width <= 35; ++width) {
      const std::size_t stride = width + 3;
      Floats in((rows - 1) * stride + width, offset(), kNotANumber);
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < width; ++c) {
          in[r * stride + c] = static_cast<float>(100 * r + c);
        }
      }
      Floats panels(round_up(rows) * width, offset(), kNotANumber);
      kernels().to_panels(in.data(), stride, rows, width, panels.data());
      for (std::size_t r = 0; r < round_up(rows); ++r) {
        for (std::size_t c = 0; c < width; ++c) {
          const float expected = r < rows ? static_cast<float>(100 * r + c) : 0.0F;
          ASSERT_EQ(panels[r / kPanel * width * kPanel + c * kPanel + r % kPanel], expected)
              << rows << " x " << width << " at " << r << ", " << c;
        }
      }
    }
  }
}

TEST_P(MultiplyTest, IsExactForIntegersAtEverySize) {
  for (const std::size_t columns : {16U, 32U, 48U, 64U, 80U, 144U}) {
    for (const std::size_t depth : {1U, 2U, 3U, 16U, 21U}) {
      for (std::size_t rows = 1; rows <= 14; ++rows) {
        const std::size_t a_stride = depth + 1;
        const std::size_t out_stride = columns + 5;
        Floats a((rows - 1) * a_stride + depth, offset(), kNotANumber);
        Floats transposed(depth * rows, offset());
        Floats b(depth * columns, offset());
        Floats packed(depth * columns, offset());
        Floats bias(columns, offset());
        Floats residual(rows * columns, offset());
        Floats factors(rows, offset());
        Floats out((rows - 1) * out_stride + columns, offset(), -77.0F);
        for (std::size_t r = 0; r < rows; ++r) {
          factors[r] = small_integer();
          for (std::size_t k = 0; k < depth; ++k) {
            transposed[k * rows + r] = a[r * a_stride + k] = small_integer();
          }
        }
        for (std::size_t n = 0; n < columns; ++n) {
          bias[n] = small_integer();
          for (std::size_t k = 0; k < depth; ++k) {
            b[k * columns + n] = small_integer();
            packed[n / kPanel * depth * kPanel + k * kPanel + n % kPanel] = b[k * columns + n];
          }
          for (std::size_t r = 0; r < rows; ++r) {
            residual[r * columns + n] = small_integer();
          }
        }
        Product product{.a = a.data(),
                        .a_stride = a_stride,
                        .b = {b.data(), columns, kPanel},
                        .rows = rows,
                        .depth = depth,
                        .columns = columns,
                        .out = out.data(),
                        .out_stride = out_stride};
        const auto expect = [&](bool with_bias, bool with_relu, bool with_residual, bool with_factors) {
          for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t n = 0; n < columns; ++n) {
              float expected = with_bias ? bias[n] : 0.0F;
              for (std::size_t k = 0; k < depth; ++k) {
                expected += a[r * a_stride + k] * b[k * columns + n];
              }
              expected = with_relu && expected < 0 ? 0.0F : expected;
              expected *= with_factors ? factors[r] : 1.0F;
              expected += with_residual ? residual[r * columns + n] : 0.0F;
              ASSERT_EQ(out[r * out_stride + n], expected)
                  << rows << " x " << depth << " x " << columns << " at " << r << ", " << n;
            }
            for (std::size_t n = columns; n < out_stride && r + 1 < rows; ++n) {
              ASSERT_EQ(out[r * out_stride + n], -77.0F) << "written beyond the row";
            }
          }
        };
        kernels().multiply(product);
        ASSERT_NO_FATAL_FAILURE(expect(false, false, false, false));
        product.b = {packed.data(), kPanel, depth * kPanel};
        product.bias = bias.data();
        product.activation = Activation::kRelu;
        product.residual = residual.data();
        product.residual_stride = columns;
        kernels().multiply(product);
        ASSERT_NO_FATAL_FAILURE(expect(true, true, true, false));
        product.factors = factors.data();
        product.a = transposed.data();
        product.a_stride = 1;
        product.a_step = rows;
        kernels().multiply(product);
        ASSERT_NO_FATAL_FAILURE(expect(true, true, true, true));
      }
    }
  }
}

TEST_P(MultiplyTest, TakesATransposeByItsStep) {
  constexpr std::size_t kDepth = 21;
  for (std::size_t rows = 1; rows <= 14; ++rows) {
    const std::size_t stride = rows + 3;
    Floats a((kDepth - 1) * stride + rows, offset(), kNotANumber);  // [depth, rows]
    Floats b(kDepth * kPanel, offset());
    Floats out(rows * kPanel, offset(), kNotANumber);
    std::vector<float> expected(rows * kPanel, 0.0F);
    for (std::size_t k = 0; k < kDepth; ++k) {
      for (std::size_t n = 0; n < kPanel; ++n) {
        b[k * kPanel + n] = small_integer();
      }
      for (std::size_t r = 0; r < rows; ++r) {
        a[k * stride + r] = small_integer();
        for (std::size_t n = 0; n < kPanel; ++n) {
          expected[r * kPanel + n] += a[k * stride + r] * b[k * kPanel + n];
        }
      }
    }
    kernels().multiply({.a = a.data(),
                        .a_stride = 1,
                        .a_step = stride,
                        .b = {b.data(), kPanel, kPanel},
                        .rows = rows,
                        .depth = kDepth,
                        .columns = kPanel,
                        .out = out.data(),
                        .out_stride = kPanel});
    EXPECT_EQ(std::vector<float>(out.data(), out.end()), expected) << rows;
  }
}

TEST_P(MultiplyTest, MayAddToItsResidualInPlace) {
  constexpr std::size_t kRows = 9;
  Floats a(kRows, offset(), 3.0F);
  Floats b(kPanel, offset(), 2.0F);
  Floats out(kRows * kPanel, offset(), 10.0F);
  kernels().multiply({.a = a.data(),
                      .a_stride = 1,
                      .b = {b.data(), kPanel, kPanel},
                      .rows = kRows,
                      .depth = 1,
                      .columns = kPanel,
                      .residual = out.data(),
                      .residual_stride = kPanel,
                      .out = out.data(),
                      .out_stride = kPanel});
  EXPECT_EQ(std::vector<float>(out.data(), out.end()), std::vector<float>(kRows * kPanel, 16.0F));
}

TEST_P(MultiplyTest, GeluIsTheExactOne) {
  Floats one(kPanel, offset());
  one[0] = 1.0F;
  Floats out(kPanel, offset());
  for (float x = -12.0F; x <= 12.0F; x += 0.0137F) {
    kernels().multiply({.a = &x,
                        .a_stride = 1,
                        .b = {one.data(), kPanel, kPanel},
                        .rows = 1,
                        .depth = 1,
                        .columns = kPanel,
                        .activation = Activation::kGelu,
                        .out = out.data(),
                        .out_stride = kPanel});
    const double expected = 0.5 * double{x} * (1.0 + std::erf(double{x} / std::sqrt(2.0)));
    ASSERT_NEAR(double{out[0]}, expected, 1e-6 * std::max(1.0, std::abs(expected))) << x;
    ASSERT_EQ(out[1], 0.0F) << "padding must stay zero";
  }
}

}  // namespace
}  // namespace sasrec::kernels
