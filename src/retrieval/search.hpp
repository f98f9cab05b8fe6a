#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "retrieval/code_table.hpp"
#include "retrieval/item_table.hpp"
#include "retrieval/seeker.hpp"

namespace sasrec::retrieval {

/// The k best items of a table by its codes: the very answer of ItemTable::top_k, from reading an eighth of what that
/// reads. Groups of items that promise most come first, those that can't hold one of the best are left out. Several
/// requests at a time share the reading and unpacking of codes: half the time each of one that comes alone. One per
/// thread (it owns the scratch memory); a batch for several threads is best split by requests.
class Search {
 public:
  /// Requests that are searched for at once: of a longer batch so many at a time.
  static constexpr std::size_t kMostAtOnce = 16;

  /// Both are kept by reference. codes: made from `table`.
  Search(const ItemTable& table, const CodeTable& codes);

  /// As ItemTable::top_k for each, bit by bit. No two may have one result.
  void top_k(std::span<const SearchRequest> requests);
  void top_k(std::span<const float> state, std::size_t k, const Exclusions& exclusions,
             std::vector<ScoredItem>& result) {
    const SearchRequest request{.state = state, .k = k, .exclusions = &exclusions, .result = &result};
    top_k({&request, 1});
  }

  /// What the last top_k read, for all requests: for benchmarks and tests.
  struct Effort {
    std::size_t groups = 0;  ///< of codes, once for each request that looked at them
    std::size_t rows = 0;    ///< embeddings
  };
  const Effort& effort() const { return effort_; }

 private:
  void search(std::span<const SearchRequest> requests);
  void visit(std::size_t group, std::span<Seeker* const> seekers);

  const ItemTable* table_;
  const CodeTable* codes_;
  std::vector<Seeker> seekers_;  // as many as there ever were requests at once
  std::vector<Seeker*> seeking_;
  std::vector<Seeker*> visiting_;
  std::vector<const signed char*> numbers_;
  kernels::AlignedBuffer<unsigned char> unpacked_;
  std::vector<int> limits_;            // [kMostAtOnce, kGroupBlocks]
  kernels::AlignedBuffer<int> sums_;   // [kMostAtOnce, kGroup]
  std::vector<unsigned short> found_;  // [kMostAtOnce, kGroupBlocks]
  Effort effort_;
};

}  // namespace sasrec::retrieval
