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

/// One thread's pass over the groups of a table, for several requests at once. It owns the scratch memory.
class Pass {
 public:
  /// The maximum number of seekers of a pass.
  static constexpr std::size_t kMaxAtOnce = 16;

  /// Both are kept by reference. `codes` must be made from `table`.
  Pass(const ItemTable& table, const CodeTable& codes);

  /// Lets the seekers search the groups `first` to `last` (not included). All must have begun a request.
  void run(std::span<Seeker* const> seekers, std::size_t first, std::size_t last);

  /// Returns and resets the number of groups whose codes were read, each counted once per seeker that read it.
  std::size_t take_groups() { return std::exchange(groups_, 0); }

 private:
  void visit(std::size_t group, std::span<Seeker* const> seekers);

  const ItemTable* table_;
  const CodeTable* codes_;
  std::vector<Seeker*> visiting_;
  std::vector<const signed char*> numbers_;
  kernels::AlignedBuffer<unsigned char> unpacked_;
  std::vector<int> limits_;            // [kMaxAtOnce, kGroupBlocks]
  kernels::AlignedBuffer<int> sums_;   // [kMaxAtOnce, kGroup]
  std::vector<unsigned short> found_;  // [kMaxAtOnce, kGroupBlocks]
  std::size_t groups_ = 0;
};

}  // namespace sasrec::retrieval
