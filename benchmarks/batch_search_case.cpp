#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/topk.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/parallel.hpp"
#include "benchmarks/cases.hpp"
#include "benchmarks/faiss_peer.hpp"
#include "benchmarks/same_answer.hpp"
#include "benchmarks/search_sample.hpp"
#include "retrieval/search.hpp"

namespace sasrec::benchmarks {
namespace {

constexpr std::size_t kItems = 1'000'000;
constexpr std::size_t kBest = 10;
constexpr std::size_t kBatch = 16;
constexpr std::size_t kBatches = kStates / kBatch;
constexpr std::size_t kRounds = 15;

/// Ours: each thread takes a batch at a time, as `sasrec recommend` does; the time of one is that of as many as there
/// are threads, over their number.
std::vector<Row> search(const MachineLimits& limits, const std::filesystem::path& python, const SearchSample& sample) {
  const retrieval::ItemTable table(sample.embeddings, kItems, kHidden);
  const retrieval::CodeTable codes(table);
  const retrieval::Exclusions none(kItems);
  // Each thread has results of its own.
  const std::size_t count = std::max(kStates, limits.threads * kBatch);
  std::vector<std::vector<retrieval::ScoredItem>> best(count);
  std::vector<retrieval::SearchRequest> requests;
  for (std::size_t n = 0; n < count; ++n) {
    requests.push_back({.state = std::span(sample.states).subspan(n % kStates * kHidden, kHidden),
                        .k = kBest,
                        .exclusions = &none,
                        .result = &best[n]});
  }
  std::vector<retrieval::Search> searches;
  for (std::size_t n = 0; n < limits.threads; ++n) searches.emplace_back(table, codes);
  const auto ours = [&] {
    base::parallel_for(limits.threads, limits.threads, [&](std::size_t worker, std::size_t n) {
      searches[worker].top_k(std::span(requests).subspan(n * kBatch, kBatch));
    });
  };

  const c10::InferenceMode inference;
  std::vector<float> copy = sample.embeddings;  // LibTorch wants to be able to write
  std::vector<float> states = sample.states;
  const auto matrix =
      at::from_blob(copy.data() + kHidden, {static_cast<std::int64_t>(kItems), kHidden}, at::kFloat).t();
  const auto theirs = [&](std::size_t batch) {
    const auto rows = at::from_blob(states.data() + batch * kBatch * kHidden, {kBatch, kHidden}, at::kFloat);
    return at::topk(at::mm(rows, matrix), kBest);
  };

  searches[0].top_k(requests);
  for (std::size_t batch = 0; batch < kBatches; ++batch) {
    const auto [scores, positions] = theirs(batch);
    for (std::size_t n = 0; n < kBatch; ++n) {
      const auto row = static_cast<std::int64_t>(n);
      require_same_answer(best[batch * kBatch + n], {scores[row], positions[row] + 1}, "LibTorch");
    }
  }
  const auto of_faiss =
      faiss_search(python, std::span(sample.embeddings).subspan(kHidden), states,
                   {.hidden = kHidden, .k = kBest, .rounds = kRounds, .batch = kBatch, .threads = limits.threads},
                   [&](std::size_t state, std::span<const double> rows_of_faiss) {
                     for (std::size_t rank = 0; rank < kBest; ++rank) {
                       if (best[state][rank].item.value != rows_of_faiss[rank] + 1) {
                         throw std::runtime_error("faiss has other best items");
                       }
                     }
                   });
  std::size_t turn = 0;
  const auto timings = race(std::array<Contender, 2>{{{ours}, {[&] {
                                                        theirs(turn++ % kBatches);
                                                      }}}},
                            kRounds);

  const auto time = timings[0] * (1 / static_cast<double>(limits.threads));
  const double rate = static_cast<double>(kBatch * kItems * kHidden) / (time.median * 1e-3);
  Row row{.name = fmt::format("exact top-10 of {} x 64, {}, batches of {}, {} threads", kItems, sample.name, kBatch,
                              limits.threads),
          .ours = time,
          .peer = "LibTorch mm + topk",
          .theirs = timings[1],
          .share = Share{rate / limits.multiply_int8_all, "int8 multiply-adds", 0.6}};
  std::vector<Row> both{2, row};
  both[1].peer = "faiss IndexFlatIP";
  both[1].theirs = of_faiss;
  return both;
}

}  // namespace

std::vector<Row> batch_search_case(const MachineLimits& limits, const std::filesystem::path& python) {
  at::set_num_threads(static_cast<int>(limits.threads));
  auto rows = search(limits, python, random_sample(kItems));
  const auto trained_like = search(limits, python, trained_like_sample(kItems));
  rows.insert(rows.end(), trained_like.begin(), trained_like.end());
  return rows;
}

}  // namespace sasrec::benchmarks
