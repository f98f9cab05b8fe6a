#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/topk.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <array>
#include <random>

#include "benchmarks/cases.hpp"
#include "benchmarks/same_answer.hpp"
#include "retrieval/item_table.hpp"

namespace sasrec::benchmarks {

std::vector<Row> search_case(const MachineLimits& limits) {
  constexpr std::size_t kItems = 1'000'000;
  constexpr std::size_t kHidden = 64;
  constexpr std::size_t kBest = 10;
  at::set_num_threads(1);
  std::mt19937 random(4);
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  std::vector<float> embeddings((kItems + 1) * kHidden);
  std::vector<float> state(kHidden);
  for (float& value : embeddings) value = uniform(random);
  for (float& value : state) value = uniform(random);

  const retrieval::ItemTable table(embeddings, kItems, kHidden);
  const retrieval::Exclusions none(kItems);
  std::vector<retrieval::ScoredItem> best;
  const auto ours = [&] {
    table.top_k(state, kBest, none, best);
  };

  const c10::InferenceMode inference;
  const auto rows = at::from_blob(embeddings.data() + kHidden, {kItems, kHidden}, at::kFloat);
  const auto query = at::from_blob(state.data(), {kHidden}, at::kFloat);
  const auto theirs = [&] {
    return at::topk(at::mv(rows, query), kBest);
  };

  ours();
  const auto [scores, positions] = theirs();
  require_same_answer(best, scores, positions + 1, "LibTorch");

  const auto timings = race(std::array<Contender, 2>{{{ours}, {[&] {
                                                        theirs();
                                                      }}}},
                            21, Clock::kThread);
  const double bytes = static_cast<double>(kItems * kHidden * sizeof(float));
  return {{.name = "exact top-10 of 1,000,000 x 64",
           .ours = timings[0],
           .peer = "LibTorch mv + topk",
           .theirs = timings[1],
           .bar = {},
           .of_limit = share(bytes / (timings[0].median * 1e-3), limits.read_one, "memory read")}};
}

}  // namespace sasrec::benchmarks
