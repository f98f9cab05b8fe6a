#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "retrieval/code_table.hpp"
#include "retrieval/item_table.hpp"
#include "retrieval/pass.hpp"
#include "retrieval/seeker.hpp"

namespace sasrec::retrieval {

/// Finds the k best items of a table by its codes: exactly the answer of ItemTable::top_k, but it reads an eighth of
/// the memory. It searches the most promising groups of items first and skips groups that can't contain one of the
/// best.
///
/// Several requests at a time share the reading and unpacking of codes, which halves the time per request. A single
/// request to a large table is searched by several threads. Use one Search per thread, since it owns the scratch
/// memory, and split a batch for several threads by requests.
class Search {
 public:
  /// The maximum number of requests searched at once. A longer batch is split.
  static constexpr std::size_t kMaxAtOnce = Pass::kMaxAtOnce;

  /// How one request may be split.
  struct Threads {
    std::size_t max = 1;  ///< maximum number; fewer if base::CoreClaim grants fewer
    /// The minimum number of groups per thread: half a million items, which take a millisecond or two. Starting a
    /// thread takes about 50 us.
    std::size_t groups_for_each = 2048;
  };

  /// Both tables are kept by reference. `codes` must be made from `table`.
  Search(const ItemTable& table, const CodeTable& codes, Threads threads);
  Search(const ItemTable& table, const CodeTable& codes) : Search(table, codes, Threads{}) {}

  /// Does what ItemTable::top_k does for each request, with the same results bit for bit. No two requests may share a
  /// result.
  void top_k(std::span<const SearchRequest> requests);
  void top_k(std::span<const float> state, std::size_t k, const Exclusions& exclusions,
             std::vector<ScoredItem>& result) {
    const SearchRequest request{.state = state, .k = k, .exclusions = &exclusions, .result = &result};
    top_k({&request, 1});
  }

  /// What the last top_k read for all requests together, for benchmarks and tests.
  struct Effort {
    std::size_t groups = 0;   ///< groups of codes, each counted once per request that read it
    std::size_t rows = 0;     ///< embeddings
    std::size_t threads = 0;  ///< maximum number of threads that a request had
  };
  const Effort& effort() const { return effort_; }

 private:
  void search(std::span<const SearchRequest> requests);
  void search_in_parts(const SearchRequest& request, std::size_t threads);
  void finish(Pass& pass, std::span<Seeker* const> seekers);

  const ItemTable* table_;
  const CodeTable* codes_;
  Threads threads_;
  std::vector<Seeker> seekers_;  // one per request, or per thread of a request; grows and is reused
  std::vector<Seeker*> seeking_;
  std::vector<Pass> passes_;                    // one per thread; grows and is reused
  std::vector<std::vector<ScoredItem>> bests_;  // of each thread
  Effort effort_;
};

}  // namespace sasrec::retrieval
