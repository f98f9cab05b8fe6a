#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <tuple>

#include "kernels/aligned_buffer.hpp"
#include "kernels/kernels.hpp"

namespace sasrec::kernels {

inline constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();

/// Floats that begin `offset` floats behind a 64-byte boundary, so that nothing is aligned by luck. Nothing lies behind
/// them: AddressSanitizer sees a step beyond the end.
class Floats {
 public:
  Floats(std::size_t size, std::size_t offset, float value = 0.0F) : buffer_(offset + size), offset_(offset) {
    std::fill(data(), end(), value);
  }

  float* data() { return buffer_.data() + offset_; }
  float* end() { return buffer_.data() + buffer_.size(); }
  float& operator[](std::size_t i) { return data()[i]; }

 private:
  FloatBuffer buffer_;
  std::size_t offset_;
};

/// Runs a test on every instruction set of this CPU, aligned and misaligned.
class KernelTest : public testing::TestWithParam<std::tuple<const Kernels*, std::size_t>> {
 protected:
  const Kernels& kernels() const { return *std::get<0>(GetParam()); }
  std::size_t offset() const { return std::get<1>(GetParam()); }

  /// Sums of products of these are exact in fp32, in any order.
  float small_integer() { return static_cast<float>(static_cast<int>(random_() % 17U) - 8); }
  float real() { return std::uniform_real_distribution<float>(-2.0F, 2.0F)(random_); }

 private:
  std::mt19937 random_{1};
};

inline auto every_kernel() {
  return testing::Combine(testing::ValuesIn(available().begin(), available().end()), testing::Values(0U, 1U, 7U));
}

inline std::string kernel_name(const testing::TestParamInfo<KernelTest::ParamType>& info) {
  return std::string(std::get<0>(info.param)->name) + "_offset_" + std::to_string(std::get<1>(info.param));
}

}  // namespace sasrec::kernels
