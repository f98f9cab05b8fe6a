#include <cmath>
#include <cstddef>
#include <vector>

#include "unit/kernels/kernel_fixture.hpp"

namespace sasrec::kernels {
namespace {

using TrainingAttentionTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(All, TrainingAttentionTest, every_kernel(), kernel_name);

/// A matrix in double precision.
struct Matrix {
  std::size_t columns;
  std::vector<double> values;

  Matrix(std::size_t rows, std::size_t width) : columns(width), values(rows * width, 0.0) {}
  double& at(std::size_t row, std::size_t column) { return values[row * columns + column]; }
};

/// Where the weight of a query for a key lies among the kept ones.
std::size_t place_of(std::size_t query, std::size_t key, std::size_t rows) {
  const std::size_t block = query / kAttentionRows * kAttentionRows;
  const std::size_t end = std::min(rows, block + kAttentionRows);
  return head_weights(block) + (query - block) * round_up(end) + key;
}

/// What each weight is multiplied by.
Matrix mask_of(const Dropout& dropout, std::size_t rows) {
  Floats ones(head_weights(rows), 0, 1.0F);
  Floats mask(head_weights(rows), 0);
  scalar().training.drop(ones.data(), nullptr, head_weights(rows), dropout, mask.data());
  Matrix result(rows, rows);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      result.at(i, j) = double{mask[place_of(i, j, rows)]};
    }
  }
  return result;
}

/// A head among others, whose rows are `stride` floats apart.
struct Head {
  std::size_t rows, width, stride;
  Floats queries, keys, values, context, d_context, d_queries, d_keys, d_values;

  Head(std::size_t rows_of_it, std::size_t head, std::size_t offset)
      : rows(rows_of_it),
        width(head),
        stride(round_up(head) + 16),
        queries(size(), offset),
        keys(size(), offset),
        values(size(), offset),
        context(size(), offset, kNotANumber),
        d_context(size(), offset),
        d_queries(size(), offset, kNotANumber),
        d_keys(size(), offset, kNotANumber),
        d_values(size(), offset, kNotANumber) {}

  std::size_t size() const { return (rows - 1) * stride + round_up(width); }
  double dot(Floats& left, std::size_t i, Floats& right, std::size_t j) const {
    double sum = 0;
    for (std::size_t c = 0; c < width; ++c) {
      sum += double{left[i * stride + c]} * double{right[j * stride + c]};
    }
    return sum;
  }
  void expect_near(Floats& found, Matrix& expected, const char* what) const {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t c = 0; c < round_up(width); ++c) {
        const double value = c < width ? expected.at(i, c) : 0.0;
        ASSERT_NEAR(double{found[i * stride + c]}, value, 3e-5) << what << ", row " << i << ", column " << c;
      }
    }
  }
};

/// The formulas, one after the other.
void expect_plain_attention(Head& head, const Dropout& dropout) {
  auto mask = mask_of(dropout, head.rows);
  Matrix context(head.rows, head.width), d_queries(head.rows, head.width), d_keys(head.rows, head.width),
      d_values(head.rows, head.width);
  for (std::size_t i = 0; i < head.rows; ++i) {
    std::vector<double> weights(i + 1), d_weights(i + 1);
    double total = 0;
    for (std::size_t j = 0; j <= i; ++j) {
      total += weights[j] = std::exp(head.dot(head.queries, i, head.keys, j));
    }
    double mean = 0;
    for (std::size_t j = 0; j <= i; ++j) {
      weights[j] /= total;
      d_weights[j] = mask.at(i, j) * head.dot(head.d_context, i, head.values, j);
      mean += weights[j] * d_weights[j];
    }
    for (std::size_t j = 0; j <= i; ++j) {
      const double kept = weights[j] * mask.at(i, j);
      const double d_logit = weights[j] * (d_weights[j] - mean);
      for (std::size_t c = 0; c < head.width; ++c) {
        context.at(i, c) += kept * double{head.values[j * head.stride + c]};
        d_values.at(j, c) += kept * double{head.d_context[i * head.stride + c]};
        d_queries.at(i, c) += d_logit * double{head.keys[j * head.stride + c]};
        d_keys.at(j, c) += d_logit * double{head.queries[i * head.stride + c]};
      }
    }
  }
  ASSERT_NO_FATAL_FAILURE(head.expect_near(head.context, context, "context"));
  ASSERT_NO_FATAL_FAILURE(head.expect_near(head.d_queries, d_queries, "d_queries"));
  ASSERT_NO_FATAL_FAILURE(head.expect_near(head.d_keys, d_keys, "d_keys"));
  ASSERT_NO_FATAL_FAILURE(head.expect_near(head.d_values, d_values, "d_values"));
}

TEST_P(TrainingAttentionTest, AgreesWithThePlainFormulasThereAndBack) {
  constexpr Dropout kSome{.first_key = 77, .second_key = 5, .limit = -1500000000, .scale = 1.2F};
  for (const std::size_t width : {1U, 8U, 16U, 25U, 50U, 64U}) {
    for (const std::size_t rows : {1U, 2U, 6U, 7U, 16U, 63U, 64U, 65U, 97U, 200U}) {
      for (const auto& dropout : {Dropout{}, kSome}) {
        SCOPED_TRACE("head " + std::to_string(width) + ", rows " + std::to_string(rows));
        Head head(rows, width, offset());
        const float scale = 1.0F / std::sqrt(static_cast<float>(width));
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t c = 0; c < width; ++c) {
            head.queries[r * head.stride + c] = real() * scale;
            head.keys[r * head.stride + c] = real();
            head.values[r * head.stride + c] = real();
            head.d_context[r * head.stride + c] = real() * scale;
          }
        }
        Floats weights(head_weights(rows), offset(), kNotANumber);
        Floats scratch(head_scratch(rows, width), offset(), kNotANumber);
        const TrainedHead trained{.queries = head.queries.data(),
                                  .keys = head.keys.data(),
                                  .values = head.values.data(),
                                  .stride = head.stride,
                                  .rows = rows,
                                  .head = width,
                                  .dropout = dropout,
                                  .weights = weights.data(),
                                  .context = head.context.data(),
                                  .scratch = scratch.data()};
        kernels().training.attend(trained);
        std::fill(scratch.data(), scratch.end(), kNotANumber);
        kernels().training.attend_back({.head = trained,
                                        .d_context = head.d_context.data(),
                                        .d_queries = head.d_queries.data(),
                                        .d_keys = head.d_keys.data(),
                                        .d_values = head.d_values.data()});
        ASSERT_NO_FATAL_FAILURE(expect_plain_attention(head, dropout));
      }
    }
  }
}

}  // namespace
}  // namespace sasrec::kernels
