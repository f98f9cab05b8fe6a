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
/// Where kCutoffs has 10: `ndcg[kAtTen]` is NDCG@10.
inline constexpr std::size_t kAtTen = 2;
static_assert(kCutoffs[kAtTen] == 10);

/// Means over all cases that count. `hr[i]`, `ndcg[i]`, `mrr[i]` are at kCutoffs[i].
struct Metrics {
  std::size_t cases = 0;             ///< cases that count
  std::size_t users = 0;             ///< users with at least one such case
  std::size_t unknown_targets = 0;   ///< such cases whose target the model does not know: always a miss
  std::size_t repeated_targets = 0;  ///< left out: the target is in the history, and seen items are excluded
  std::array<double, kCutoffs.size()> hr{};
  std::array<double, kCutoffs.size()> ndcg{};
  std::array<double, kCutoffs.size()> mrr{};
  double coverage = 0;         ///< share of the catalogue in at least one top 10 (whole catalogue ranking only, else 0)
  double mean_popularity = 0;  ///< mean training count of the items in the top 10s, divided by the largest count
};

/// Ranks the target of each case by the ranker's scores and averages the metrics.
///
/// cases         one user's cases by rising position, as splits list them: each history is then read only once
/// item_counts   training interactions per ItemIndex, size items + 1
/// result        depends on neither `threads` nor `batch`
/// cost          the ranker's, and two passes over the items for each case
///
/// Ties count against the target: its rank is 1 + the number of candidates that score as high or higher. A candidate
/// whose score is not a number counts as higher; a target whose score is not a number is a miss. Top 10 lists order
/// equal scores by rising ItemIndex and skip scores that are not a number.
///
/// Sampled negatives are distinct. They are drawn uniformly from the items that are neither in the history nor the
/// target; if fewer of these exist than `negatives`, all are used. The sample depends only on the seed, the user and
/// the position, not on the other cases.
Metrics evaluate(const dataset::Sequences& sequences, std::span<const dataset::Case> cases,
                 std::span<const std::uint32_t> item_counts, const Ranker& ranker, const EvaluateOptions& options);

/// The value of a metric at cutoff k for one case whose target has this 1-based rank. With a single relevant item NDCG
/// is 1 / log2(1 + rank).
double hit(std::size_t rank, std::size_t k);
double ndcg(std::size_t rank, std::size_t k);
double reciprocal_rank(std::size_t rank, std::size_t k);

}  // namespace sasrec::evaluation
