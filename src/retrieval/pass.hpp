#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "retrieval/code_table.hpp"
#include "retrieval/item_table.hpp"
#include "retrieval/seeker.hpp"

namespace sasrec::retrieval {

/// One thread's way through the groups of a table, for a few requests at once. Owns the scratch memory.
class Pass {
 public:
  /// Seekers that go along at most.
  static constexpr std::size_t kMostAtOnce = 16;

  /// Both are kept by reference. codes: made from `table`.
  Pass(const ItemTable& table, const CodeTable& codes);

  /// Shows the seekers, which have begun, groups `first` to `last` (not included).
  void run(std::span<Seeker* const> seekers, std::size_t first, std::size_t last);

  /// Groups whose codes were read since the last call, once for each seeker that looked at them.
  std::size_t take_groups() { return std::exchange(groups_, 0); }

 private:
  void visit(std::size_t group, std::span<Seeker* const> seekers);

  const ItemTable* table_;
  const CodeTable* codes_;
  std::vector<Seeker*> visiting_;
  std::vector<const signed char*> numbers_;
  kernels::AlignedBuffer<unsigned char> unpacked_;
  std::vector<int> limits_;            // [kMostAtOnce, kGroupBlocks]
  kernels::AlignedBuffer<int> sums_;   // [kMostAtOnce, kGroup]
  std::vector<unsigned short> found_;  // [kMostAtOnce, kGroupBlocks]
  std::size_t groups_ = 0;
};

}  // namespace sasrec::retrieval
