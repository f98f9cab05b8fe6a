#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/topk.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <array>

#include "base/parallel.hpp"
#include "benchmarks/cases.hpp"
#include "benchmarks/faiss_peer.hpp"
#include "benchmarks/same_answer.hpp"
#include "benchmarks/search_sample.hpp"
#include "retrieval/search.hpp"

namespace sasrec::benchmarks {
namespace {

constexpr std::size_t kBest = 10;

std::vector<Row> search(const MachineLimits& limits, const std::filesystem::path& python, const SearchSample& sample,
                        double bar, std::optional<double> faiss_bar) {
  const std::size_t items = sample.embeddings.size() / kHidden - 1;
  const retrieval::ItemTable table(sample.embeddings, items, kHidden);
  const retrieval::CodeTable codes(table);
  retrieval::Search search(table, codes);
  const retrieval::Exclusions none(items);
  std::vector<retrieval::ScoredItem> best;

  const c10::InferenceMode inference;
  std::vector<float> copy = sample.embeddings;  // LibTorch wants to be able to write
  std::vector<float> states = sample.states;
  const auto matrix = at::from_blob(copy.data() + kHidden, {static_cast<std::int64_t>(items), kHidden}, at::kFloat);
  const auto theirs = [&](std::size_t n) {
    return at::topk(at::mv(matrix, at::from_blob(states.data() + n * kHidden, {kHidden}, at::kFloat)), kBest);
  };
  const auto ours = [&](std::size_t n) {
    search.top_k(std::span(states).subspan(n * kHidden, kHidden), kBest, none, best);
  };
  for (std::size_t n = 0; n < kStates; ++n) {
    ours(n);
    const auto [scores, positions] = theirs(n);
    require_same_answer(best, {scores, positions + 1}, "LibTorch");
  }
  std::size_t our_turn = 0;
  std::size_t their_turn = 0;
  const auto timings = race(std::array<Contender, 2>{{{[&] {
                                                        ours(our_turn++ % kStates);
                                                      }},
                                                      {[&] {
                                                        theirs(their_turn++ % kStates);
                                                      }}}},
                            2 * kStates, Clock::kThread);
  const double bytes = static_cast<double>(items * kHidden);  // what a table of 8-bit numbers would have
  const auto of_faiss = faiss_search(python, std::span(sample.embeddings).subspan(kHidden), states,
                                     {.hidden = kHidden, .k = kBest, .rounds = 2 * kStates},
                                     [&](std::size_t state, std::span<const double> rows_of_faiss) {
                                       ours(state);
                                       for (std::size_t rank = 0; rank < kBest; ++rank) {
                                         if (best[rank].item.value != rows_of_faiss[rank] + 1) {
                                           throw std::runtime_error("faiss has other best items");
                                         }
                                       }
                                     });
  Row row{.name = fmt::format("exact top-10 of {} x 64, {}", items, sample.name),
          .ours = timings[0],
          .peer = "LibTorch mv + topk",
          .theirs = timings[1],
          .bar = bar,
          .share = Share{bytes / (timings[0].median * 1e-3) / limits.read_one, "memory read over 8 bits a number"}};
  std::vector<Row> both{2, row};
  both[1].peer = "faiss IndexFlatIP";
  both[1].theirs = of_faiss;
  both[1].bar = faiss_bar;
  return both;
}

/// The longest but one of a hundred searches by all threads, against the bar for it.
Row large_search(const MachineLimits& limits) {
  constexpr std::size_t kItems = 10'000'000;
  const auto sample = trained_like_sample(kItems);
  const retrieval::ItemTable table(sample.embeddings, kItems, kHidden);
  const retrieval::CodeTable codes(table);
  const std::size_t threads = base::default_threads();
  retrieval::Search search(table, codes, {.max = threads});
  const retrieval::Exclusions none(kItems);
  std::vector<retrieval::ScoredItem> best;
  std::vector<Timing> each;
  for (std::size_t n = 0; n < 100; ++n) {
    const auto state = std::span(sample.states).subspan(n % kStates * kHidden, kHidden);
    each.push_back(race(std::array{Contender{[&] {
                          search.top_k(state, kBest, none, best);
                        }}},
                        1)
                       .front());
  }
  std::ranges::sort(each, {}, &Timing::median);
  const double bar = limits.instruction_set.starts_with("avx512") ? 15 : 25;
  return {.name = fmt::format("exact top-10 of {} x 64, trained-like, {} threads, p99", kItems, threads),
          .ours = each[98],
          .peer = fmt::format("limit {} ms", bar),
          .theirs = {bar, bar, bar},
          .bar = 1};
}

}  // namespace

std::vector<Row> search_case(const MachineLimits& limits, const std::filesystem::path& python) {
  at::set_num_threads(1);
  auto result = search(limits, python, random_sample(1'000'000), 3.5, 3);
  const auto trained_like = search(limits, python, trained_like_sample(1'000'000), 12, {});
  result.insert(result.end(), trained_like.begin(), trained_like.end());
  result.push_back(large_search(limits));
  return result;
}

}  // namespace sasrec::benchmarks
