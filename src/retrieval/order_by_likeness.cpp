#include "retrieval/order_by_likeness.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace sasrec::retrieval {
namespace {

/// Splits the rows in halves recursively. Splits are at multiples of a unit, so that every cell but the last is full.
class Halving {
 public:
  Halving(std::span<const float> rows, std::size_t stride, std::size_t columns, std::size_t cell, std::size_t part)
      : rows_(rows), stride_(stride), columns_(columns), cell_(cell), part_(part) {}

  void halve(std::span<std::uint32_t> order) const {
    if (order.size() <= part_) return;
    const std::size_t unit = order.size() > cell_ ? cell_ : part_;
    const std::size_t units = (order.size() + unit - 1) / unit;
    const std::size_t middle = (units + 1) / 2 * unit;
    const std::size_t column = widest(order);
    std::ranges::nth_element(order, order.begin() + static_cast<std::ptrdiff_t>(middle),
                             [&](std::uint32_t a, std::uint32_t b) {
                               const float left = value(a, column);
                               const float right = value(b, column);
                               return left != right ? left < right : a < b;
                             });
    halve(order.first(middle));
    halve(order.subspan(middle));
  }

 private:
  float value(std::uint32_t row, std::size_t column) const { return rows_[row * stride_ + column]; }

  /// The column with the largest variance in a sample: looking at all rows on each level would take most of the time.
  std::size_t widest(std::span<const std::uint32_t> order) const {
    constexpr std::size_t kSample = 256;
    const std::size_t step = std::max<std::size_t>(1, order.size() / kSample);
    std::pair<double, std::size_t> best{-1, 0};
    for (std::size_t column = 0; column < columns_; ++column) {
      double sum = 0;
      double squares = 0;
      double count = 0;
      for (std::size_t n = 0; n < order.size(); n += step) {
        const double x = double{value(order[n], column)};
        sum += x;
        squares += x * x;
        ++count;
      }
      const double variance = squares - sum * sum / count;
      if (variance > best.first) best = {variance, column};
    }
    return best.second;
  }

  std::span<const float> rows_;
  std::size_t stride_;
  std::size_t columns_;
  std::size_t cell_;
  std::size_t part_;
};

}  // namespace

std::vector<std::uint32_t> order_by_likeness(std::span<const float> rows, std::size_t stride, std::size_t columns,
                                             std::size_t cell, std::size_t part) {
  std::vector<std::uint32_t> order(rows.size() / stride);
  std::iota(order.begin(), order.end(), 0U);
  Halving(rows, stride, columns, cell, part).halve(order);
  return order;
}

}  // namespace sasrec::retrieval
