#pragma once

#include <cstddef>
#include <cstdint>

namespace sasrec::training {

/// Rows of an embedding, or of its gradient, in any order. They are scattered over a table larger than the cache, so
/// row() prefetches a later one.
template <class Number>
class ChosenRows {
 public:
  /// Gives row which[n] of the table, for n in [0, count).
  ChosenRows(Number* table, const std::int64_t* which, std::size_t count, std::size_t width)
      : table_(table), which_(which), count_(count), width_(width) {}

  /// Returns row n. Call it for one n after the other.
  Number* row(std::size_t n) const {
    constexpr std::size_t kAhead = 8;
    constexpr std::size_t kCacheLine = 16;  // floats
    if (n + kAhead < count_) {
      const Number* const later = at(n + kAhead);
      for (std::size_t c = 0; c < width_; c += kCacheLine) __builtin_prefetch(later + c);
    }
    return at(n);
  }

 private:
  Number* at(std::size_t n) const { return table_ + static_cast<std::size_t>(which_[n]) * width_; }

  Number* table_;
  const std::int64_t* which_;
  std::size_t count_, width_;
};

}  // namespace sasrec::training
