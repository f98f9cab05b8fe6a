#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "retrieval/code_table.hpp"
#include "retrieval/item_table.hpp"
#include "retrieval/pass.hpp"
#include "retrieval/seeker.hpp"

namespace sasrec::retrieval {

/// The k best items of a table by its codes: the very answer of ItemTable::top_k, from reading an eighth of what that
/// reads. Groups of items that promise most come first, those that can't hold one of the best are left out. Several
/// requests at a time share the reading and unpacking of codes: half the time each of one that comes alone. One that
/// does come alone, to a large table, is searched for by several threads. One per thread (it owns the scratch memory);
/// a batch for several threads is best split by requests.
class Search {
 public:
  /// Requests that are searched for at once: of a longer batch so many at a time.
  static constexpr std::size_t kMostAtOnce = Pass::kMostAtOnce;

  /// How one request may be split.
  struct Threads {
    std::size_t most = 1;  ///< as far as base::CoreClaim gives them
    /// What a thread has to get: half a million items, at which it works a millisecond or two, while to start it takes
    /// some 50 us.
    std::size_t groups_for_each = 2048;
  };

  /// Tables are kept by reference. codes: made from `table`.
  Search(const ItemTable& table, const CodeTable& codes, Threads threads);
  Search(const ItemTable& table, const CodeTable& codes) : Search(table, codes, Threads{}) {}

  /// As ItemTable::top_k for each, bit by bit. No two may have one result.
  void top_k(std::span<const SearchRequest> requests);
  void top_k(std::span<const float> state, std::size_t k, const Exclusions& exclusions,
             std::vector<ScoredItem>& result) {
    const SearchRequest request{.state = state, .k = k, .exclusions = &exclusions, .result = &result};
    top_k({&request, 1});
  }

  /// What the last top_k read, for all requests: for benchmarks and tests.
  struct Effort {
    std::size_t groups = 0;   ///< of codes, once for each request that looked at them
    std::size_t rows = 0;     ///< embeddings
    std::size_t threads = 0;  ///< the most that a request had
  };
  const Effort& effort() const { return effort_; }

 private:
  void search(std::span<const SearchRequest> requests);
  void search_in_parts(const SearchRequest& request, std::size_t threads);
  void finish(Pass& pass, std::span<Seeker* const> seekers);

  const ItemTable* table_;
  const CodeTable* codes_;
  Threads threads_;
  std::vector<Seeker> seekers_;  // as many as there ever were requests, or parts of one, at once
  std::vector<Seeker*> seeking_;
  std::vector<Pass> passes_;                    // as many as there ever were threads
  std::vector<std::vector<ScoredItem>> bests_;  // each thread's, the same
  Effort effort_;
};

}  // namespace sasrec::retrieval
