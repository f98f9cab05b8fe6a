#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "base/ids.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "evaluation/ranker.hpp"

namespace sasrec::evaluation {

enum class Seen { kExclude, kInclude };

struct EvaluateOptions {
  std::size_t negatives = 0;   ///< 0: rank against the whole catalogue; n: against n sampled items (the paper: 100)
  Seen seen = Seen::kExclude;  ///< whether items of the history are removed from the ranking
  std::uint64_t seed = 1;      ///< of the sampled negatives
  std::size_t threads = 1;
  std::size_t batch = 32;                                                ///< histories per call of the ranker
  std::function<void(std::size_t done, std::size_t total)> on_progress;  ///< called from one thread at a time
};

inline constexpr std::array<std::size_t, 4> kCutoffs{1, 5, 10, 20};

/// Means over all cases that count. `hr[i]`, `ndcg[i]`, `mrr[i]` are at kCutoffs[i].
struct Metrics {
  std::size_t cases = 0;             ///< cases that count
  std::size_t users = 0;             ///< users with at least one of these
  std::size_t unknown_targets = 0;   ///< of these, targets unknown to the model: always a miss
  std::size_t repeated_targets = 0;  ///< left out: the target had been seen, and seen items are excluded
  std::array<double, kCutoffs.size()> hr{};
  std::array<double, kCutoffs.size()> ndcg{};
  std::array<double, kCutoffs.size()> mrr{};
  double coverage = 0;         ///< share of the catalogue in at least one top 10 (whole catalogue ranking only, else 0)
  double mean_popularity = 0;  ///< mean training count of the items in the top 10s, divided by the largest count
};

/// Ranks each case's target by the ranker's scores. Ties count against the target (rank = 1 + number of candidates that
/// score as high or higher), and so does a candidate's score that is not a number; a target's is a miss.
/// Top 10s order equal scores by rising ItemIndex, without scores that are not a number.
/// Sampled negatives are distinct, drawn uniformly from the items that are neither in the history nor the target (all
/// of them if there are fewer than asked for), the same for a user and position whatever else is evaluated. cases a
/// user's in rising position, as splits list them; their histories are then read once in all item_counts   training
/// interactions per ItemIndex, size items + 1 The result depends on neither threads nor batch. Cost beside the
/// ranker's: two passes over the items a case.
Metrics evaluate(const dataset::Sequences& sequences, std::span<const dataset::Case> cases,
                 std::span<const std::uint32_t> item_counts, const Ranker& ranker, const EvaluateOptions& options);

/// 1-based rank at cutoff k to the metric's value for one case. DCG with one relevant item: 1 / log2(1 + rank).
double hit(std::size_t rank, std::size_t k);
double ndcg(std::size_t rank, std::size_t k);
double reciprocal_rank(std::size_t rank, std::size_t k);

}  // namespace sasrec::evaluation
