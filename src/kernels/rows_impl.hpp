#pragma once

#include "kernels/multiply_impl.hpp"

namespace sasrec::kernels {
namespace {

template <class Vec>
void layer_norm(const float* in, std::size_t in_stride, std::size_t rows, std::size_t width, const float* weight,
                const float* bias, float epsilon, float* out, std::size_t out_stride) {
  const std::size_t whole = width / Vec::kWidth * Vec::kWidth;
  const float share = 1.0F / static_cast<float>(width);
  for (std::size_t r = 0; r < rows; ++r, in += in_stride, out += out_stride) {
    Vec total = Vec::zero();
    for (std::size_t c = 0; c < width; c += Vec::kWidth) {
      total = total + Vec::load(in + c);
    }
    const Vec mean = Vec::set(total.sum() * share);
    Vec squares = Vec::zero();
    for (std::size_t c = 0; c < whole; c += Vec::kWidth) {
      const Vec difference = Vec::load(in + c) - mean;
      squares = multiply_add(difference, difference, squares);
    }
    if (whole < width) {
      const Vec difference = (Vec::load(in + whole) - mean).first(width - whole);
      squares = multiply_add(difference, difference, squares);
    }
    const Vec scale = Vec::set(1.0F) / sqrt(Vec::set(squares.sum() * share + epsilon));
    for (std::size_t c = 0; c < round_up(width); c += Vec::kWidth) {
      const Vec normal = (Vec::load(in + c) - mean) * scale;
      multiply_add(normal, Vec::load(weight + c), Vec::load(bias + c)).store(out + c);
    }
  }
}

/// As many rows at a time as a vector has lanes, one accumulator each: their sums across lanes fill one vector. They
/// are read one after another, in the order in which they lie: memory is up to twice as fast so. Missing rows at the
/// end repeat the last one, so that every row takes the same steps. row_at(n) is the n-th row.
template <class Vec, class RowAt>
void score_each(RowAt row_at, std::size_t count, std::size_t width, const float* state, float* scores) {
  constexpr std::size_t kRows = Vec::kWidth;
  const std::size_t whole = width / Vec::kWidth * Vec::kWidth;
  for (std::size_t first = 0; first < count; first += kRows) {
    const float* row[kRows];
    SASREC_UNROLL
    for (std::size_t r = 0; r < kRows; ++r) {
      row[r] = row_at(first + r < count ? first + r : count - 1);
    }
    Vec sums[kRows];
    SASREC_UNROLL
    for (Vec& sum : sums) {
      sum = Vec::zero();
    }
    SASREC_UNROLL
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t c = 0; c < whole; c += Vec::kWidth) {
        sums[r] = multiply_add(Vec::load(row[r] + c), Vec::load(state + c), sums[r]);
      }
    }
    if (whole < width) {
      const Vec factor = Vec::load_first(state + whole, width - whole);
      SASREC_UNROLL
      for (std::size_t r = 0; r < kRows; ++r) {
        sums[r] = multiply_add(Vec::load_first(row[r] + whole, width - whole), factor, sums[r]);
      }
    }
    const Vec result = Vec::sum_each(sums);
    if (first + kRows <= count) {
      result.store(scores + first);
    } else {
      float last[kRows];
      result.store(last);
      for (std::size_t r = 0; first + r < count; ++r) {
        scores[first + r] = last[r];
      }
    }
  }
}

template <class Vec>
void score_rows(const float* rows, std::size_t stride, std::size_t count, std::size_t width, const float* state,
                float* scores) {
  score_each<Vec>([=](std::size_t n) { return rows + n * stride; }, count, width, state, scores);
}

template <class Vec>
void score_chosen(const float* rows, std::size_t stride, const unsigned* which, std::size_t count, std::size_t width,
                  const float* state, float* scores) {
  score_each<Vec>([=](std::size_t n) { return rows + which[n] * stride; }, count, width, state, scores);
}

template <class Vec>
std::size_t select_above(const float* scores, std::size_t count, float threshold, unsigned* positions) {
  const Vec limit = Vec::set(threshold);
  std::size_t found = 0;
  std::size_t i = 0;
  for (; i + Vec::kWidth <= count; i += Vec::kWidth) {
    for (unsigned above = greater(Vec::load(scores + i), limit); above != 0; above &= above - 1) {
      positions[found++] = static_cast<unsigned>(i) + static_cast<unsigned>(__builtin_ctz(above));
    }
  }
  for (; i < count; ++i) {
    if (scores[i] > threshold) {
      positions[found++] = static_cast<unsigned>(i);
    }
  }
  return found;
}

}  // namespace
}  // namespace sasrec::kernels
