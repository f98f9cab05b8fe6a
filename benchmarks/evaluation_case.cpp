#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "benchmarks/cases.hpp"
#include "benchmarks/multiply_adds.hpp"
#include "evaluation/baselines.hpp"
#include "evaluation/evaluate.hpp"
#include "model/encoder.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::benchmarks {

std::vector<Row> evaluation_case(const MachineLimits& limits, const Log& log) {
  const checkpoint::ModelConfig config{
      .items = log.items, .hidden = 64, .heads = 1, .blocks = 2, .max_length = 200, .feed_forward = 64};
  const RandomWeights weights(config);
  const model::Encoder encoder(config, weights);
  const retrieval::ItemTable table(weights("item_embedding"), config.items, config.hidden);
  const evaluation::Ranker model = [&](std::span<const evaluation::History> histories, std::span<float> scores) {
    auto workspace = encoder.make_workspace();
    std::vector<float> state(config.hidden);
    std::vector<base::ItemIndex> known;
    for (std::size_t i = 0; i < histories.size(); ++i) {
      known.clear();
      std::ranges::copy_if(histories[i], std::back_inserter(known), [](auto item) { return item != base::kPadding; });
      if (known.empty()) continue;  // as good as any answer here: nothing is asked about quality
      encoder.encode(known, workspace, state);
      table.score_all(state, scores.subspan(i * (config.items + 1), config.items + 1));
    }
  };

  const auto evaluate = [&] {
    const auto counts = evaluation::count_items(log.sequences, log.split, log.items);
    const auto bigram = evaluation::bigram_ranker(log.sequences, log.split, counts);
    for (const auto& ranker : {model, evaluation::popularity_ranker(counts), bigram}) {
      evaluation::evaluate(log.sequences, log.split.test, counts, ranker, {.threads = limits.threads});
    }
  };
  const auto ours = race(std::array{Contender{evaluate}}, 5).front();

  double work = 0;
  for (const auto& asked : log.split.test) {
    work += multiply_adds_of_newest(config, std::min<std::size_t>(asked.position, config.max_length)) +
            static_cast<double>(config.items * config.hidden);
  }
  constexpr double kLimit = 5000;
  return {{.name = fmt::format("evaluation, {} users, whole catalogue", log.sequences.user_count()),
           .ours = ours,
           .peer = "limit 5 s",
           .theirs = {kLimit, kLimit, kLimit},
           .bar = 1.0,
           .share = Share{work / (ours.median * 1e-3) / limits.multiply_all, "multiply-adds"}}};
}

}  // namespace sasrec::benchmarks
