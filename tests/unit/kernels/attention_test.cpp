#include <cmath>
#include <cstddef>
#include <vector>

#include "unit/kernels/kernel_fixture.hpp"

namespace sasrec::kernels {
namespace {

using AttentionTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(All, AttentionTest, every_kernel(), kernel_name);

std::vector<double> reference_softmax(std::vector<double> logits) {
  double top = logits[0];
  for (const double logit : logits) {
    top = std::max(top, logit);
  }
  double total = 0;
  for (double& value : logits) {
    value = std::exp(value - top);
    total += value;
  }
  for (double& value : logits) {
    value /= total;
  }
  return logits;
}

TEST_P(AttentionTest, SoftmaxAtEveryLength) {
  for (const float spread : {1.0F, 40.0F, 1e4F}) {
    for (std::size_t count = 1; count <= 70; ++count) {
      Floats weights(round_up(count), offset(), kNotANumber);
      std::vector<double> logits(count);
      for (std::size_t j = 0; j < count; ++j) {
        weights[j] = real() * spread;
        logits[j] = double{weights[j]};
      }
      kernels().softmax(weights.data(), count);
      const auto expected = reference_softmax(logits);
      for (std::size_t j = 0; j < count; ++j) {
        ASSERT_NEAR(double{weights[j]}, expected[j], 1e-36 + 1e-5 * expected[j]) << "count " << count << " at " << j;
      }
      for (std::size_t j = count; j < round_up(count); ++j) {
        ASSERT_EQ(weights[j], 0.0F);
      }
    }
  }
}

TEST_P(AttentionTest, AgreesWithThePlainFormula) {
  for (const std::size_t head : {1U, 5U, 8U, 16U, 17U, 50U, 64U, 100U}) {
    for (const std::size_t rows : {1U, 2U, 5U, 6U, 7U, 15U, 16U, 17U, 33U, 50U}) {
      for (const bool with_residual : {false, true}) {
        SCOPED_TRACE("head " + std::to_string(head) + ", rows " + std::to_string(rows));
        const std::size_t columns = round_up(head);
        const std::size_t stride = columns + 3;  // as a head among others
        const std::size_t size = (rows - 1) * stride + columns;
        Floats queries(size, offset());
        Floats keys(size, offset());
        Floats values(size, offset());
        Floats residual(size, offset());
        Floats key_bias(round_up(rows), offset(), kNotANumber);
        for (std::size_t r = 0; r < rows; ++r) {
          key_bias[r] = 2.0F * real();
          for (std::size_t c = 0; c < head; ++c) {
            queries[r * stride + c] = real();
            keys[r * stride + c] = real() / std::sqrt(static_cast<float>(head));
            values[r * stride + c] = real();
            residual[r * stride + c] = real();
          }
        }
        Floats key_panels(round_up(rows) * head, offset());
        kernels().to_panels(keys.data(), stride, rows, head, key_panels.data());
        Floats weights(kAttentionRows * round_up(rows), offset(), kNotANumber);
        Floats out(size, offset(), kNotANumber);
        kernels().attend({.queries = queries.data(),
                          .query_stride = stride,
                          .key_panels = key_panels.data(),
                          .key_bias = key_bias.data(),
                          .values = values.data(),
                          .value_stride = stride,
                          .rows = rows,
                          .head = head,
                          .residual = with_residual ? residual.data() : nullptr,
                          .residual_stride = stride,
                          .weights = weights.data(),
                          .out = out.data(),
                          .out_stride = stride});
        for (std::size_t i = 0; i < rows; ++i) {
          std::vector<double> logits(key_bias.data(), key_bias.data() + i + 1);
          for (std::size_t j = 0; j <= i; ++j) {
            for (std::size_t c = 0; c < head; ++c) {
              logits[j] += double{queries[i * stride + c]} * double{keys[j * stride + c]};
            }
          }
          const auto expected_weights = reference_softmax(logits);
          for (std::size_t c = 0; c < columns; ++c) {
            double expected = with_residual ? double{residual[i * stride + c]} : 0.0;
            for (std::size_t j = 0; j <= i; ++j) {
              expected += expected_weights[j] * double{values[j * stride + c]};
            }
            ASSERT_NEAR(double{out[i * stride + c]}, expected, 1e-5) << "row " << i << ", column " << c;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace sasrec::kernels
