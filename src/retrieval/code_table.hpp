#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "kernels/table.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::retrieval {

/// A copy of an item table in 4 bits per number, with bounds on the rounding errors. Search reads it first, see
/// docs/decisions/0013-exact-search-by-codes.md. It takes an eighth of the table's memory. Immutable, so any thread may
/// read it.
///
/// Items are ordered so that similar ones are near each other. 16 items form a block and 16 blocks a group. Each block
/// has one scale: number = scale * (code - 7.5) + error. Each group has a center and a radius: all its items are within
/// the radius of the center.
class CodeTable {
 public:
  static constexpr std::size_t kBlock = kernels::kCodeItems;
  static constexpr std::size_t kGroupBlocks = 16;
  static constexpr std::size_t kGroup = kGroupBlocks * kBlock;
  static constexpr float kCenter = 7.5F;  ///< the value of a code that would be zero

  explicit CodeTable(const ItemTable& table);

  /// False if the embeddings contain numbers so large that no bound holds; then the table is empty.
  bool usable() const { return usable_; }
  std::size_t groups() const { return items_.size() / kGroup; }
  /// Lines of kernels::kCodeColumns columns per block.
  std::size_t lines() const { return lines_; }
  /// [groups * kGroupBlocks, lines, kernels::kCodeLine]
  const unsigned char* codes() const { return codes_.data(); }
  std::span<const float> scales() const { return scales_; }  ///< [groups * kGroupBlocks]
  std::span<const float> steps() const { return steps_; }    ///< 1 / scale
  /// [groups * kGroupBlocks], an upper bound on the length of an item's error vector
  std::span<const float> errors() const { return errors_; }
  const kernels::FloatBuffer& centers() const { return centers_; }  ///< [groups, center_stride]
  std::size_t center_stride() const { return kernels::round_up(hidden_); }
  std::span<const float> radii() const { return radii_; }  ///< [groups]
  /// [groups * kGroup], the item at each place; 0 at the places left over at the end
  std::span<const std::uint32_t> items() const { return items_; }
  float longest() const { return longest_; }  ///< the length of the longest embedding
  /// The length of the longest item as its codes represent it.
  float longest_of_codes() const { return longest_of_codes_; }

 private:
  void surround_group(const ItemTable& table, std::size_t group);
  void encode_block(const ItemTable& table, std::size_t block);

  std::size_t hidden_;
  std::size_t lines_;
  bool usable_ = true;
  float longest_ = 0;
  float longest_of_codes_ = 0;
  kernels::AlignedBuffer<unsigned char> codes_;
  std::vector<float> scales_;
  std::vector<float> steps_;
  std::vector<float> errors_;
  kernels::FloatBuffer centers_;
  std::vector<float> radii_;
  std::vector<std::uint32_t> items_;
};

}  // namespace sasrec::retrieval
