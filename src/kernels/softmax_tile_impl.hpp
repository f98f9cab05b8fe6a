#pragma once

#include "kernels/multiply_impl.hpp"

namespace sasrec::kernels {
namespace {

/// Processes a panel of tokens at a time, which is one cache line. The sums of this tile are completed before they are
/// added to those of earlier tiles, which may be many times larger: that loses fewer digits.
template <class Vec>
void exponentiate(const LogitTile& t) {
  constexpr std::size_t kVectors = kPanel / Vec::kWidth;
  const auto logit = [&t](std::size_t item, std::size_t token) {
    const Vec plain = Vec::load(t.logits + item * t.stride + token);
    return t.offsets == nullptr ? plain : plain - Vec::set(t.offsets[item]);
  };
  for (std::size_t panel = 0; panel < t.tokens; panel += kPanel) {
    Vec highest[kVectors];
    Vec sums[kVectors];
    SASREC_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      highest[v] = Vec::load(t.highest + panel + v * Vec::kWidth);
      sums[v] = Vec::zero();
    }
    for (std::size_t item = 0; item < t.items; ++item) {
      SASREC_UNROLL
      for (std::size_t v = 0; v < kVectors; ++v) {
        highest[v] = max(highest[v], logit(item, panel + v * Vec::kWidth));
      }
    }
    for (std::size_t item = 0; item < t.items; ++item) {
      SASREC_UNROLL
      for (std::size_t v = 0; v < kVectors; ++v) {
        const std::size_t token = panel + v * Vec::kWidth;
        const Vec weight = exponential(logit(item, token) - highest[v]);
        weight.store(t.logits + item * t.stride + token);
        sums[v] = sums[v] + weight;
      }
    }
    SASREC_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      const std::size_t token = panel + v * Vec::kWidth;
      const Vec decay = exponential(Vec::load(t.highest + token) - highest[v]);
      decay.store(t.decays + token);
      multiply_add(Vec::load(t.sums + token), decay, sums[v]).store(t.sums + token);
      highest[v].store(t.highest + token);
    }
  }
}

}  // namespace
}  // namespace sasrec::kernels
