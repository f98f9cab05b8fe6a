#pragma once

#include "kernels/multiply_impl.hpp"

namespace sasrec::kernels {
namespace {

/// Processes as many rows at a time as a vector has lanes: one vector then holds a sum per row, and one instruction
/// takes the square roots of all. Missing rows at the end repeat the last one.
template <class Vec>
void layer_norm(const float* in, std::size_t in_stride, std::size_t rows, std::size_t width, const float* weight,
                const float* bias, float epsilon, float* out, std::size_t out_stride) {
  constexpr std::size_t kRows = Vec::kWidth;
  const std::size_t whole = width / Vec::kWidth * Vec::kWidth;
  const Vec share = Vec::set(1.0F / static_cast<float>(width));
  for (std::size_t first = 0; first < rows; first += kRows) {
    const std::size_t count = first + kRows <= rows ? kRows : rows - first;
    const float* row[kRows];
    Vec sums[kRows];
    SASREC_UNROLL
    for (std::size_t r = 0; r < kRows; ++r) {
      row[r] = in + (first + (r < count ? r : count - 1)) * in_stride;
      sums[r] = Vec::zero();
    }
    for (std::size_t c = 0; c < width; c += Vec::kWidth) {
      SASREC_UNROLL
      for (std::size_t r = 0; r < kRows; ++r) {
        sums[r] = sums[r] + Vec::load(row[r] + c);
      }
    }
    float means[kRows];
    (Vec::sum_each(sums) * share).store(means);
    SASREC_UNROLL
    for (Vec& sum : sums) {
      sum = Vec::zero();
    }
    for (std::size_t c = 0; c < whole; c += Vec::kWidth) {
      SASREC_UNROLL
      for (std::size_t r = 0; r < kRows; ++r) {
        const Vec difference = Vec::load(row[r] + c) - Vec::set(means[r]);
        sums[r] = multiply_add(difference, difference, sums[r]);
      }
    }
    if (whole < width) {
      SASREC_UNROLL
      for (std::size_t r = 0; r < kRows; ++r) {
        const Vec difference = (Vec::load(row[r] + whole) - Vec::set(means[r])).first(width - whole);
        sums[r] = multiply_add(difference, difference, sums[r]);
      }
    }
    float scales[kRows];
    (Vec::set(1.0F) / sqrt(multiply_add(Vec::sum_each(sums), share, Vec::set(epsilon)))).store(scales);
    for (std::size_t r = 0; r < count; ++r) {
      const Vec mean = Vec::set(means[r]);
      const Vec scale = Vec::set(scales[r]);
      float* const to = out + (first + r) * out_stride;
      for (std::size_t c = 0; c < round_up(width); c += Vec::kWidth) {
        const Vec normal = (Vec::load(row[r] + c) - mean) * scale;
        multiply_add(normal, Vec::load(weight + c), Vec::load(bias + c)).store(to + c);
      }
    }
  }
}

/// The rows are scattered over the table, so they are prefetched.
template <class Vec>
void add_chosen(const float* table, const unsigned* which, std::size_t count, std::size_t width, const float* added,
                float* out) {
  constexpr std::size_t kAhead = 8;
  constexpr std::size_t kCacheLine = 16;  // floats
  for (std::size_t r = 0; r < count; ++r, added += width, out += width) {
    if (r + kAhead < count) {
      const float* const later = table + which[r + kAhead] * width;
      for (std::size_t c = 0; c < width; c += kCacheLine) {
        __builtin_prefetch(later + c);
      }
    }
    const float* const row = table + which[r] * width;
    for (std::size_t c = 0; c < width; c += Vec::kWidth) {
      (Vec::load(row + c) + Vec::load(added + c)).store(out + c);
    }
  }
}

/// Processes as many rows at a time as a vector has lanes, with one accumulator each; their sums across lanes fill one
/// vector. It reads one row after the other in the order of memory, which is up to twice as fast as all rows in step.
/// Missing rows at the end repeat the last one, so that every row takes the same steps and equal rows get equal scores.
/// row_at(n) is the n-th row.
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
