#pragma once

#include "kernels/vector_math.hpp"

namespace sasrec::kernels {
namespace {

// A loop over an array of vectors must be unrolled completely, otherwise the array is in memory and not in registers.
// In plain C++ it must stay a loop: only then does gcc vectorise it, which makes it twice as fast.
#if defined(__clang__)
#define SASREC_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__AVX2__)
#define SASREC_UNROLL _Pragma("GCC unroll 64")
#else
#define SASREC_UNROLL _Pragma("GCC unroll 1")
#endif

/// Computes Rows x Count panels of the product in registers.
template <class Vec, std::size_t Rows, std::size_t Count>
void tile(const Product& m, std::size_t row, std::size_t panel) {
  constexpr std::size_t kPerPanel = kPanel / Vec::kWidth;
  constexpr std::size_t kVectors = Count * kPerPanel;
  Vec sums[Rows][kVectors];
  SASREC_UNROLL
  for (std::size_t v = 0; v < kVectors; ++v) {
    const Vec start = m.bias != nullptr ? Vec::load(m.bias + panel * kPanel + v * Vec::kWidth) : Vec::zero();
    SASREC_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
      sums[r][v] = start;
    }
  }
  const float* a = m.a + row * m.a_stride;
  const float* b = m.b.data + panel * m.b.panel_stride;
  for (std::size_t k = 0; k < m.depth; ++k, a += m.a_step, b += m.b.row_stride) {
    Vec line[kVectors];
    SASREC_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      line[v] = Vec::load(b + (v / kPerPanel) * m.b.panel_stride + (v % kPerPanel) * Vec::kWidth);
    }
    SASREC_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
      const Vec factor = Vec::set(a[r * m.a_stride]);
      SASREC_UNROLL
      for (std::size_t v = 0; v < kVectors; ++v) {
        sums[r][v] = multiply_add(factor, line[v], sums[r][v]);
      }
    }
  }
  if (m.activation == Activation::kRelu) {
    SASREC_UNROLL
    for (auto& line : sums) {
      SASREC_UNROLL
      for (Vec& sum : line) {
        sum = max(sum, Vec::zero());
      }
    }
  } else if (m.activation == Activation::kGelu) {
    SASREC_UNROLL
    for (auto& line : sums) {
      SASREC_UNROLL
      for (Vec& sum : line) {
        sum = gelu(sum);
      }
    }
  }
  if (m.factors != nullptr) {
    SASREC_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
      const Vec factor = Vec::set(m.factors[row + r]);
      SASREC_UNROLL
      for (Vec& sum : sums[r]) {
        sum = sum * factor;
      }
    }
  }
  if (m.residual != nullptr) {
    SASREC_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
      SASREC_UNROLL
      for (std::size_t v = 0; v < kVectors; ++v) {
        sums[r][v] =
            sums[r][v] + Vec::load(m.residual + (row + r) * m.residual_stride + panel * kPanel + v * Vec::kWidth);
      }
    }
  }
  SASREC_UNROLL
  for (std::size_t r = 0; r < Rows; ++r) {
    SASREC_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      sums[r][v].store(m.out + (row + r) * m.out_stride + panel * kPanel + v * Vec::kWidth);
    }
  }
}

template <class Vec, std::size_t Rows, std::size_t Count>
void multiply_panels(const Product& m, std::size_t row, std::size_t panel) {
  const std::size_t panels = m.columns / kPanel;
  for (; panel + Count <= panels; panel += Count) {
    tile<Vec, Rows, Count>(m, row, panel);
  }
  if constexpr (Count > 1) {
    if (panel < panels) {
      multiply_panels<Vec, Rows, Count - 1>(m, row, panel);
    }
  }
}

/// With fewer rows a tile has more panels: the CPU needs enough independent sums to hide the latency of each addition.
template <class Vec>
constexpr std::size_t panels_of_tile(std::size_t rows) {
  constexpr std::size_t kMax = 4;
  const std::size_t panels = Vec::kTileRows * Vec::kTilePanels / rows;
  return panels < kMax ? panels : kMax;
}

template <class Vec, std::size_t Rows>
void multiply_rows(const Product& m, std::size_t row) {
  for (; row + Rows <= m.rows; row += Rows) {
    multiply_panels<Vec, Rows, panels_of_tile<Vec>(Rows)>(m, row, 0);
  }
  if constexpr (Rows > 1) {
    if (row < m.rows) {
      multiply_rows<Vec, Rows - 1>(m, row);
    }
  }
}

template <class Vec>
void multiply(const Product& product) {
  multiply_rows<Vec, Vec::kTileRows>(product, 0);
}

/// Transposes blocks of kBlock x kBlock in registers, and the remaining elements one by one.
template <class Vec>
void to_panels(const float* in, std::size_t stride, std::size_t rows, std::size_t width, float* panels) {
  constexpr std::size_t kBlock = Vec::kTransposed;
  for (std::size_t row = 0; row < round_up(rows); row += kBlock) {
    float* panel = panels + row / kPanel * width * kPanel + row % kPanel;
    const float* from = in + row * stride;
    std::size_t k = 0;
    if (row + kBlock <= rows) {
      for (; k + kBlock <= width; k += kBlock) {
        Vec::transpose(from + k, stride, panel + k * kPanel, kPanel);
      }
    }
    for (; k < width; ++k) {
      for (std::size_t r = 0; r < kBlock; ++r) {
        panel[k * kPanel + r] = row + r < rows ? from[r * stride + k] : 0.0F;
      }
    }
  }
}

}  // namespace
}  // namespace sasrec::kernels
