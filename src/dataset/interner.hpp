#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sasrec::dataset {

/// Numbers strings in order of first appearance. It keeps one copy of each string, and at most 16 bytes more per
/// string.
class Interner {
 public:
  /// Returns the number of `text`: the next free one if it is new. At most 2^32 - 1 strings.
  std::uint32_t number(std::string_view text);

  /// Returns the strings, the one with number n at position n. The interner is empty afterwards.
  std::vector<std::string> release();

 private:
  struct Slot {
    std::uint32_t hash = 0;    // compared before the strings are, which avoids most comparisons of strings
    std::uint32_t number = 0;  // the string's number plus one; 0 is a free slot
  };
  void grow();

  std::vector<std::string> strings_;
  std::vector<Slot> slots_;  // open addressing; the size is a power of two, at least half of it free
};

}  // namespace sasrec::dataset
