#pragma once

#include "kernels/vector_math.hpp"

namespace sasrec::kernels {
namespace {

/// The values of a vector whose first is number `n` of the stream, dropped or scaled. Three rounds of folding and
/// multiplying (Wellons' triple32), a key before the first and one between: streams whose first keys are near each
/// other part.
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
  const Dropout copy = dropout;  // what is written can't change it
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

/// What the way back through a layer norm needs to know of a row.
template <class Vec>
struct NormedRow {
  Vec mean, scale;               // of in: (in - mean) * scale is normal
  Vec mean_slope, mean_product;  // of d_out * weight, and of that times what is normal
};

template <class Vec>
NormedRow<Vec> normed_row(const LayerNormBack& t, const float* in, const float* d_out) {
  const float share = 1.0F / static_cast<float>(t.width);
  const std::size_t whole = t.width / Vec::kWidth * Vec::kWidth;
  Vec total = Vec::zero();
  for (std::size_t c = 0; c < t.width; c += Vec::kWidth) {
    total = total + Vec::load(in + c);
  }
  const Vec mean = Vec::set(total.sum() * share);
  Vec squares = Vec::zero();
  Vec slopes = Vec::zero();
  Vec products = Vec::zero();
  const auto add = [&](Vec difference, std::size_t c) {
    const Vec slope = Vec::load(d_out + c) * Vec::load(t.weight + c);
    squares = multiply_add(difference, difference, squares);
    slopes = slopes + slope;
    products = multiply_add(slope, difference, products);
  };
  for (std::size_t c = 0; c < whole; c += Vec::kWidth) {
    add(Vec::load(in + c) - mean, c);
  }
  if (whole < t.width) {
    add((Vec::load(in + whole) - mean).first(t.width - whole), whole);
  }
  const Vec scale = Vec::set(1.0F) / sqrt(Vec::set(squares.sum() * share + t.epsilon));
  return {mean, scale, Vec::set(slopes.sum() * share), Vec::set(products.sum() * share) * scale};
}

/// One row: with n = (in - mean) / deviation and g = d_out * weight, d_in = (g - mean(g) - n * mean(g * n)) /
/// deviation. Mean and deviation are computed again: that is quicker than to keep them.
template <class Vec>
void layer_norm_back(const LayerNormBack& t) {
  const std::size_t whole = t.width / Vec::kWidth * Vec::kWidth;
  for (std::size_t r = 0; r < t.rows; ++r) {
    const float* in = t.in + r * t.stride;
    const float* d_out = t.d_out + r * t.stride;
    const float* residual = t.residual == nullptr ? nullptr : t.residual + r * t.stride;
    float* const d_in = t.d_in + r * t.stride;
    const auto row = normed_row<Vec>(t, in, d_out);
    const auto gradient_at = [&](Vec normal, std::size_t c) {
      const Vec gradient = Vec::load(d_out + c);
      multiply_add(gradient, normal, Vec::load(t.d_weight + c)).store(t.d_weight + c);
      (Vec::load(t.d_bias + c) + gradient).store(t.d_bias + c);
      return (gradient * Vec::load(t.weight + c) - row.mean_slope - normal * row.mean_product) * row.scale;
    };
    const auto put = [&](Vec gradient, std::size_t c) {
      (residual == nullptr ? gradient : gradient + Vec::load(residual + c)).store(d_in + c);
    };
    std::size_t c = 0;
    for (; c < whole; c += Vec::kWidth) {
      put(gradient_at((Vec::load(in + c) - row.mean) * row.scale, c), c);
    }
    if (c < t.width) {
      const std::size_t left = t.width - c;
      put(gradient_at((Vec::load(in + c) - row.mean).first(left) * row.scale, c).first(left), c);
      c += Vec::kWidth;
    }
    for (; c < round_up(t.width); c += Vec::kWidth) {
      put(Vec::zero(), c);
    }
  }
}

}  // namespace
}  // namespace sasrec::kernels
