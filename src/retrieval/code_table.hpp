#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "kernels/table.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::retrieval {

/// An item table once more in 4 bits a number, with bounds on what that leaves out: what Search reads first, see
/// docs/decisions/0013-exact-search-by-codes.md. An eighth of the table's memory. Immutable; thread-safe to read.
///
/// Items lie in an order in which like ones are near each other, 16 to a block, 16 blocks to a group. A block has one
/// scale: number = scale * (code - 7.5) + error. A group has a center, and a radius from there that holds its items.
class CodeTable {
 public:
  static constexpr std::size_t kBlock = kernels::kCodeItems;
  static constexpr std::size_t kGroupBlocks = 16;
  static constexpr std::size_t kGroup = kGroupBlocks * kBlock;
  static constexpr float kCenter = 7.5F;  ///< the code of zero, were it one

  explicit CodeTable(const ItemTable& table);

  /// False if the embeddings hold numbers so large that no bound is one: then there is nothing else in here.
  bool usable() const { return usable_; }
  std::size_t groups() const { return items_.size() / kGroup; }
  /// Of kernels::kCodeColumns columns.
  std::size_t lines() const { return lines_; }
  /// [groups * kGroupBlocks, lines, kernels::kCodeLine]
  const unsigned char* codes() const { return codes_.data(); }
  std::span<const float> scales() const { return scales_; }  ///< [groups * kGroupBlocks]
  std::span<const float> steps() const { return steps_; }    ///< 1 / scale
  /// [groups * kGroupBlocks] the length of an item's errors, at most
  std::span<const float> errors() const { return errors_; }
  const kernels::FloatBuffer& centers() const { return centers_; }  ///< [groups, center_stride]
  std::size_t center_stride() const { return kernels::round_up(hidden_); }
  std::span<const float> radii() const { return radii_; }  ///< [groups]
  /// The item at a place: [groups * kGroup]; 0 where there is none, at the end.
  std::span<const std::uint32_t> items() const { return items_; }
  float longest() const { return longest_; }  ///< the length of the longest item
  /// The length of what the codes of an item stand for, at most.
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
