#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sasrec::dataset {

/// Numbers strings in order of first appearance. Keeps one copy of each and 16 bytes or less beside it.
class Interner {
 public:
  /// The number of `text`, a new one if it hasn't been seen. Up to 2^32 - 1 strings.
  std::uint32_t number(std::string_view text);

  /// The strings, number n at position n. The interner is empty afterwards.
  std::vector<std::string> release();

 private:
  struct Slot {
    std::uint32_t hash = 0;    // spares most comparisons
    std::uint32_t number = 0;  // plus one; 0 is a free slot
  };
  void grow();

  std::vector<std::string> strings_;
  std::vector<Slot> slots_;  // open addressing; the size is a power of two, at least half of it free
};

}  // namespace sasrec::dataset
