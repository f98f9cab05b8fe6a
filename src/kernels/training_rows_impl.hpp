#pragma once

#include "kernels/multiply_impl.hpp"

namespace sasrec::kernels {
namespace {

/// Drops or scales the values of a vector, whose first one is number `n` of the stream. Three rounds of folding and
/// multiplying (Wellons' triple32) with one key before the first round and one between: streams with similar first keys
/// become independent.
template <class Vec>
Vec dropped(Vec values, const Dropout& dropout, std::size_t n) {
  using Bits = typename Vec::Bits;
  Bits bits = Bits::counting(dropout.first_key + static_cast<unsigned>(n));
  bits = (bits ^ (bits >> 17)) * Bits::set(0xed5ad4bbU);
  bits = (bits ^ (bits >> 11) ^ Bits::set(dropout.second_key)) * Bits::set(0xac4c1b51U);
  bits = (bits ^ (bits >> 15)) * Bits::set(0x31848babU);
  return zero_where_less(values * Vec::set(dropout.scale), bits, dropout.limit);
}

template <class Vec>
void drop(const float* in, const float* residual, std::size_t count, const Dropout& dropout, float* out) {
  const Dropout copy = dropout;  // the compiler knows that writing `out` can't change it
  for (std::size_t n = 0; n < count; n += Vec::kWidth) {
    const Vec kept = dropped(Vec::load(in + n), copy, n);
    (residual == nullptr ? kept : kept + Vec::load(residual + n)).store(out + n);
  }
}

template <class Vec>
void relu_back(const float* d_out, const float* out, float scale, std::size_t count, float* d_in) {
  const Vec factor = Vec::set(scale);
  for (std::size_t n = 0; n < count; n += Vec::kWidth) {
    zero_unless_greater(Vec::load(d_out + n) * factor, Vec::load(out + n), Vec::zero()).store(d_in + n);
  }
}

template <class Vec>
void gelu_all(const float* in, std::size_t count, float* out) {
  for (std::size_t n = 0; n < count; n += Vec::kWidth) {
    gelu(Vec::load(in + n)).store(out + n);
  }
}

template <class Vec>
void gelu_back(const float* d_out, const float* in, std::size_t count, float* d_in) {
  for (std::size_t n = 0; n < count; n += Vec::kWidth) {
    (Vec::load(d_out + n) * gelu_slope(Vec::load(in + n))).store(d_in + n);
  }
}

template <class Vec>
void add_rows(const float* in, std::size_t rows, std::size_t columns, float* sums) {
  constexpr std::size_t kVectors = kPanel / Vec::kWidth;
  for (std::size_t c = 0; c < columns; c += kPanel) {
    Vec totals[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) {
      totals[v] = Vec::load(sums + c + v * Vec::kWidth);
    }
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        totals[v] = totals[v] + Vec::load(in + r * columns + c + v * Vec::kWidth);
      }
    }
    for (std::size_t v = 0; v < kVectors; ++v) {
      totals[v].store(sums + c + v * Vec::kWidth);
    }
  }
}

template <class Vec>
void dot_rows(const float* a, const float* b, std::size_t rows, std::size_t columns, float* products) {
  for (std::size_t r = 0; r < rows; ++r, a += columns, b += columns) {
    Vec total = Vec::zero();
    for (std::size_t c = 0; c < columns; c += Vec::kWidth) {
      total = multiply_add(Vec::load(a + c), Vec::load(b + c), total);
    }
    products[r] = total.sum();
  }
}

/// With n = (in - mean) / deviation and g = d_out * weight, d_in = (g - mean(g) - n * mean(g * n)) / deviation. As many
/// rows at a time as a vector has lanes, as layer_norm does it, which computes mean and deviation in the same way.
template <class Vec>
void layer_norm_back(const LayerNormBack& t) {
  constexpr std::size_t kRows = Vec::kWidth;
  const std::size_t whole = t.width / Vec::kWidth * Vec::kWidth;
  const Vec share = Vec::set(1.0F / static_cast<float>(t.width));
  for (std::size_t first = 0; first < t.rows; first += kRows) {
    const std::size_t count = first + kRows <= t.rows ? kRows : t.rows - first;
    std::size_t at[kRows];  // where each row begins; missing ones at the end repeat the last one
    for (std::size_t r = 0; r < kRows; ++r) {
      at[r] = (first + (r < count ? r : count - 1)) * t.stride;
    }
    /// For each row the mean of term(row, column); in the last vector some lanes lie behind the row.
    const auto mean_of = [&](auto term, float* means) {
      Vec sums[kRows];
      SASREC_UNROLL
      for (Vec& sum : sums) {
        sum = Vec::zero();
      }
      for (std::size_t c = 0; c < whole; c += Vec::kWidth) {
        SASREC_UNROLL
        for (std::size_t r = 0; r < kRows; ++r) {
          sums[r] = sums[r] + term(r, c);
        }
      }
      if (whole < t.width) {
        SASREC_UNROLL
        for (std::size_t r = 0; r < kRows; ++r) {
          sums[r] = sums[r] + term(r, whole).first(t.width - whole);
        }
      }
      (Vec::sum_each(sums) * share).store(means);
    };
    float means[kRows], variances[kRows], slopes[kRows], products[kRows];
    mean_of([&](std::size_t r, std::size_t c) { return Vec::load(t.in + at[r] + c); }, means);
    const auto difference = [&](std::size_t r, std::size_t c) {
      return Vec::load(t.in + at[r] + c) - Vec::set(means[r]);
    };
    const auto slope = [&](std::size_t r, std::size_t c) {
      return Vec::load(t.d_out + at[r] + c) * Vec::load(t.weight + c);
    };
    mean_of([&](std::size_t r, std::size_t c) { return difference(r, c) * difference(r, c); }, variances);
    mean_of(slope, slopes);
    mean_of([&](std::size_t r, std::size_t c) { return slope(r, c) * difference(r, c); }, products);
    float scales[kRows];
    (Vec::set(1.0F) / sqrt(Vec::load(variances) + Vec::set(t.epsilon))).store(scales);

    for (std::size_t c = 0; c < round_up(t.width); c += Vec::kWidth) {
      const std::size_t left = c < t.width ? t.width - c : 0;
      Vec d_weight = Vec::load(t.d_weight + c);
      Vec d_bias = Vec::load(t.d_bias + c);
      for (std::size_t r = 0; r < count; ++r) {
        const Vec scale = Vec::set(scales[r]);
        const Vec normal = difference(r, c) * scale;
        const Vec gradient = Vec::load(t.d_out + at[r] + c);
        Vec result = (slope(r, c) - Vec::set(slopes[r]) - normal * Vec::set(products[r]) * scale) * scale;
        if (left < Vec::kWidth) {
          result = result.first(left);
        }
        d_weight = multiply_add(gradient, normal, d_weight);
        d_bias = d_bias + gradient;
        (t.residual == nullptr ? result : result + Vec::load(t.residual + at[r] + c)).store(t.d_in + at[r] + c);
      }
      d_weight.store(t.d_weight + c);
      d_bias.store(t.d_bias + c);
    }
  }
}

}  // namespace
}  // namespace sasrec::kernels
