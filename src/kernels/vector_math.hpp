#pragma once

// Included by the files of one instruction set each. Therefore it includes no standard header with inline functions
// (see table.hpp), and everything is in an anonymous namespace, so that each file has its own copy.
#include <cstddef>
#include <cstdint>

#include "kernels/table.hpp"

namespace sasrec::kernels {
namespace {

/// e^x for x <= 0, relative error below 3e-7; 0 below -87.3.
/// x = n ln 2 + r with |r| <= ln 2 / 2, then the polynomial for e^r of this degree whose largest relative error is the
/// least (1.05e-7, by Remez' algorithm), and n into the exponent.
template <class Vec>
Vec exponential(Vec x) {
  // Adding 1.5 * 2^23 rounds to an integer, which is then in the low bits of the sum.
  const Vec magic = Vec::set(12582912.0F);
  const Vec lowest = Vec::set(-87.3F);
  const Vec inside = max(x, lowest);
  const Vec shifted = multiply_add(inside, Vec::set(1.44269504088896341F), magic);
  const Vec n = shifted - magic;
  Vec r = multiply_add(n, Vec::set(-0.693359375F), inside);  // ln 2 in two parts: the first has few digits
  r = multiply_add(n, Vec::set(2.12194440e-4F), r);
  Vec p = Vec::set(8.312510326504707e-3F);
  p = multiply_add(p, r, Vec::set(4.189024493098259e-2F));
  p = multiply_add(p, r, Vec::set(1.6667115688323975e-1F));
  p = multiply_add(p, r, Vec::set(4.99992311000824e-1F));
  p = multiply_add(p, r * r, r + Vec::set(1.0F));
  return zero_unless_greater(p * power_of_two(shifted), x, lowest);
}

/// Phi(-|x|), the normal distribution's tail, to 5e-7: erf by Abramowitz and Stegun 7.1.26.
template <class Vec>
Vec normal_tail(Vec x) {
  const Vec scaled = max(x, Vec::zero() - x) * Vec::set(0.707106781186547524F);
  const Vec t = Vec::set(1.0F) / multiply_add(scaled, Vec::set(0.3275911F), Vec::set(1.0F));
  Vec p = Vec::set(1.061405429F);
  p = multiply_add(p, t, Vec::set(-1.453152027F));
  p = multiply_add(p, t, Vec::set(1.421413741F));
  p = multiply_add(p, t, Vec::set(-0.284496736F));
  p = multiply_add(p, t, Vec::set(0.254829592F));
  return Vec::set(0.5F) * p * t * exponential(Vec::zero() - scaled * scaled);
}

/// x * Phi(x), the exact GELU. By the tail, so that small results keep their digits.
template <class Vec>
Vec gelu(Vec x) {
  return max(x, Vec::zero()) - max(x, Vec::zero() - x) * normal_tail(x);
}

/// Phi(x) + x phi(x), the derivative of gelu.
template <class Vec>
Vec gelu_slope(Vec x) {
  const Vec tail = normal_tail(x);
  const Vec upper = zero_unless_greater(Vec::set(1.0F) - tail - tail, x, Vec::zero());  // 1 - 2 tail for x > 0
  const Vec density = Vec::set(0.398942280401432678F) * exponential(x * x * Vec::set(-0.5F));
  return multiply_add(x, density, tail + upper);
}

}  // namespace
}  // namespace sasrec::kernels
