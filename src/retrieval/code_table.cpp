#include "retrieval/code_table.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "retrieval/order_by_likeness.hpp"

namespace sasrec::retrieval {
namespace {

constexpr float kMaxCode = 15;
/// Limits within which squares of scores are far from the largest and smallest floats.
constexpr float kMax = 1e12F;
constexpr float kSmallestScale = 1e-18F;

float length(std::span<const float> numbers) {
  double squares = 0;
  for (const float number : numbers) squares += double{number} * double{number};
  return static_cast<float>(std::sqrt(squares));
}

}  // namespace

CodeTable::CodeTable(const ItemTable& table)
    : hidden_(table.hidden()), lines_((hidden_ + kernels::kCodeColumns - 1) / kernels::kCodeColumns) {
  for (std::uint32_t n = 1; n <= table.items(); ++n) {
    const auto row = table.row(base::ItemIndex{n});
    const bool finite = std::ranges::all_of(row, [](float value) { return std::isfinite(value); });
    longest_ = std::max(longest_, finite ? length(row) : std::numeric_limits<float>::infinity());
  }
  usable_ = longest_ < kMax;  // false also for infinity, the length of embeddings that are not finite
  if (!usable_) return;

  const std::span rows(table.row(base::ItemIndex{1}).data(), table.items() * table.stride());
  items_ = order_by_likeness(rows, table.stride(), hidden_, kGroup, kBlock);
  for (std::uint32_t& item : items_) ++item;
  items_.resize((table.items() + kGroup - 1) / kGroup * kGroup, 0);
  const std::size_t blocks = groups() * kGroupBlocks;
  codes_ = kernels::AlignedBuffer<unsigned char>(blocks * lines_ * kernels::kCodeLine);
  scales_.resize(blocks);
  steps_.resize(blocks);
  errors_.resize(blocks);
  centers_ = kernels::FloatBuffer(groups() * center_stride());
  radii_.resize(groups());
  for (std::size_t group = 0; group < groups(); ++group) surround_group(table, group);
  for (std::size_t block = 0; block < blocks; ++block) encode_block(table, block);
}

void CodeTable::surround_group(const ItemTable& table, std::size_t group) {
  const auto places = std::span(items_).subspan(group * kGroup, kGroup);
  const auto items = places.first(static_cast<std::size_t>(std::ranges::find(places, 0U) - places.begin()));
  const std::span center(centers_.data() + group * center_stride(), hidden_);
  std::vector<double> sums(hidden_);
  for (const std::uint32_t item : items) {
    const auto row = table.row(base::ItemIndex{item});
    for (std::size_t c = 0; c < hidden_; ++c) sums[c] += double{row[c]};
  }
  for (std::size_t c = 0; c < hidden_; ++c) center[c] = static_cast<float>(sums[c] / static_cast<double>(items.size()));
  std::vector<float> away(hidden_);
  for (const std::uint32_t item : items) {
    std::ranges::transform(table.row(base::ItemIndex{item}), center, away.begin(), std::minus<>());
    radii_[group] = std::max(radii_[group], length(away));
  }
}

void CodeTable::encode_block(const ItemTable& table, std::size_t block) {
  const auto items = std::span(items_).subspan(block * kBlock, kBlock);
  float largest = 0;
  for (const std::uint32_t item : items) {
    for (const float number : table.row(base::ItemIndex{item})) largest = std::max(largest, std::abs(number));
  }
  // Codes 0 to 15 with their center at 7.5: the largest number and its negative both have a code.
  const float scale = std::max(largest / kCenter, kSmallestScale);
  unsigned char* const codes = codes_.data() + block * lines_ * kernels::kCodeLine;
  double error = 0;
  double longest = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto row = table.row(base::ItemIndex{items[i]});
    double errors = 0;
    double squares = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const float code = std::clamp(std::floor(row[c] / scale + kCenter + 0.5F), 0.0F, kMaxCode);
      const double stands_for = double{scale} * double{code - kCenter};
      errors += (double{row[c]} - stands_for) * (double{row[c]} - stands_for);
      squares += stands_for * stands_for;
      // The order of the columns within a line is the kernels', see kernels/table.hpp.
      const std::size_t in_line = c % kernels::kCodeColumns;
      unsigned char& byte = codes[c / kernels::kCodeColumns * kernels::kCodeLine + 4 * i + in_line % 4];
      byte = static_cast<unsigned char>(byte | static_cast<unsigned>(code) << (in_line < 4 ? 0U : 4U));
    }
    error = std::max(error, errors);
    longest = std::max(longest, squares);
  }
  scales_[block] = scale;
  steps_[block] = 1 / scale;
  errors_[block] = static_cast<float>(std::sqrt(error));
  longest_of_codes_ = std::max(longest_of_codes_, static_cast<float>(std::sqrt(longest)));
}

}  // namespace sasrec::retrieval
