#pragma once

#include <cstddef>
#include <vector>

#include "benchmarks/sample_data.hpp"
#include "model/encoder.hpp"
#include "retrieval/search.hpp"

namespace sasrec::benchmarks {

using History = std::vector<base::ItemIndex>;

inline constexpr std::size_t kBest = 10;

/// The model that requests are measured on.
inline checkpoint::ModelConfig movie_lens_config() {
  return {.items = kMovieLensItems,
          .hidden = 64,
          .heads = 1,
          .blocks = 2,
          .max_length = 200,
          .feed_forward = 64,
          .norm = checkpoint::Norm::kPaper};
}

/// All that serves requests on one thread.
struct Engine {
  Engine(const checkpoint::ModelConfig& config, const RandomWeights& weights, const kernels::Kernels& kernels)
      : encoder(config, weights, kernels),
        table(weights("item_embedding"), config.items, config.hidden, kernels),
        codes(table),
        search(table, codes),
        workspace(encoder.make_workspace()),
        exclusions(config.items),
        state(config.hidden) {}

  void answer(const History& history) {
    encode(history);
    list(history);
  }
  void encode(const History& history) { encoder.encode(history, workspace, state); }
  /// The best items for the state, the history left out.
  void list(const History& history) {
    exclusions.clear();
    for (const auto item : history) exclusions.add(item);
    search.top_k(state, kBest, exclusions, best);
  }

  model::Encoder encoder;
  retrieval::ItemTable table;
  retrieval::CodeTable codes;
  retrieval::Search search;
  model::Workspace workspace;
  retrieval::Exclusions exclusions;
  std::vector<float> state;
  std::vector<retrieval::ScoredItem> best;
};

}  // namespace sasrec::benchmarks
