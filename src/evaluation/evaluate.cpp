#include "evaluation/evaluate.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "evaluation/evaluate_cases.hpp"
#include "evaluation/ranking.hpp"
#include "evaluation/seen_items.hpp"

namespace sasrec::evaluation {
namespace {

using dataset::Case;

base::ItemIndex target_of(const dataset::Sequences& sequences, Case where) {
  return sequences.of(where.user)[where.position];
}

/// The state of one thread. It sums integers only, so the result does not depend on which thread ranks which case.
struct Worker {
  Worker(const dataset::Sequences& sequences, std::size_t items, const EvaluateOptions& options)
      : seen(sequences, items), sampler(items, options.negatives, options.seed), listed(items + 1, 0) {}

  SeenItems seen;
  NegativeSampler sampler;
  TopList top;
  std::vector<History> histories;
  std::vector<float> scores;  // [batch, items + 1]
  std::vector<char> listed;   // by ItemIndex: 1 if the item was in a top list
  std::uint64_t list_entries = 0;
  std::uint64_t list_popularity = 0;  // sum of their training counts
};

class Evaluation {
 public:
  Evaluation(const dataset::Sequences& sequences, std::span<const std::uint32_t> item_counts, const Ranker& ranker,
             const EvaluateOptions& options)
      : sequences_(sequences),
        item_counts_(item_counts),
        items_(item_counts.size() - 1),
        ranker_(ranker),
        options_(options),
        batch_(std::max<std::size_t>(options.batch, 1)),
        workers_(std::max<std::size_t>(options.threads, 1)) {}

  Evaluated run(std::span<const Case> cases) {
    choose(cases);
    ranks_.assign(cases_.size(), kMiss);
    std::mutex mutex;
    std::size_t done = 0;  // guarded by mutex
    const auto batches = (cases_.size() + batch_ - 1) / batch_;
    base::parallel_for(batches, workers_.size(), [&](std::size_t worker, std::size_t batch) {
      const auto first = batch * batch_;
      const auto count = std::min(batch_, cases_.size() - first);
      // Made on the thread that uses it, and only if it gets work: each has memory for a batch of catalogue scores.
      if (!workers_[worker]) workers_[worker].emplace(sequences_, items_, options_);
      rank_batch(*workers_[worker], first, count);
      if (!options_.on_progress) return;
      const std::lock_guard lock(mutex);
      done += count;
      options_.on_progress(done, cases_.size());
    });
    average();
    describe_lists();
    return {std::move(metrics_), std::move(ranks_)};
  }

 private:
  /// Leaves out the cases that no ranker can answer: with seen items excluded, a target in the history is never ranked.
  void choose(std::span<const Case> cases) {
    SeenItems seen(sequences_, items_);
    std::vector<char> asked(sequences_.user_count(), 0);
    for (const auto where : cases) {
      const auto target = target_of(sequences_, where);
      seen.move_to(where);
      if (options_.seen == Seen::kExclude && seen.contains(target)) {
        ++metrics_.repeated_targets;
        continue;
      }
      if (target == base::kPadding) ++metrics_.unknown_targets;
      if (asked[where.user] == 0) ++metrics_.users;
      asked[where.user] = 1;
      cases_.push_back(where);
    }
    metrics_.cases = cases_.size();
  }

  /// Ranks some cases with one call of the ranker: a model scores several histories at once for less than one by one.
  void rank_batch(Worker& worker, std::size_t first, std::size_t count) {
    worker.histories.clear();
    for (const auto where : std::span(cases_).subspan(first, count)) {
      worker.histories.push_back(sequences_.of(where.user).first(where.position));
    }
    const auto width = items_ + 1;
    worker.scores.resize(batch_ * width);
    const auto scores = std::span(worker.scores).first(count * width);
    ranker_(worker.histories, scores);
    for (std::size_t i = 0; i < count; ++i) {
      ranks_[first + i] = rank_case(worker, cases_[first + i], scores.subspan(i * width, width));
    }
  }

  std::size_t rank_case(Worker& worker, Case where, std::span<const float> scores) const {
    const auto target = target_of(sequences_, where);
    worker.seen.move_to(where);
    if (options_.negatives > 0) {
      if (target == base::kPadding) return kMiss;
      return rank_among(scores, target, worker.sampler.draw(where, target, worker.seen));
    }
    worker.top.select(scores, worker.seen, options_.seen);
    for (const auto item : worker.top.items()) {
      worker.listed[item.value] = 1;
      ++worker.list_entries;
      worker.list_popularity += item_counts_[item.value];
    }
    // After the list: its coverage and popularity count also for a target that the model does not know.
    if (target == base::kPadding) return kMiss;
    const auto excluded = options_.seen == Seen::kExclude ? worker.seen.distinct() : std::span<const base::ItemIndex>();
    return rank_in_catalogue(scores, target, excluded);
  }

  /// Sums in the order of the cases, so that the last bits do not depend on the threads.
  void average() {
    if (cases_.empty()) return;
    const auto count = static_cast<double>(cases_.size());
    for (std::size_t cutoff = 0; cutoff < kCutoffs.size(); ++cutoff) {
      for (const auto rank : ranks_) {
        metrics_.hr[cutoff] += hit(rank, kCutoffs[cutoff]);
        metrics_.ndcg[cutoff] += ndcg(rank, kCutoffs[cutoff]);
        metrics_.mrr[cutoff] += reciprocal_rank(rank, kCutoffs[cutoff]);
      }
      metrics_.hr[cutoff] /= count;
      metrics_.ndcg[cutoff] /= count;
      metrics_.mrr[cutoff] /= count;
    }
  }

  /// Merges what the workers counted of the top 10 lists.
  void describe_lists() {
    std::vector<char> listed(items_ + 1, 0);
    std::uint64_t entries = 0;
    std::uint64_t popularity = 0;
    for (const auto& worker : workers_) {
      if (!worker) continue;
      entries += worker->list_entries;
      popularity += worker->list_popularity;
      for (std::size_t i = 0; i <= items_; ++i) listed[i] = listed[i] != 0 || worker->listed[i] != 0 ? 1 : 0;
    }
    const auto largest = std::ranges::max(item_counts_);
    if (entries == 0) return;
    metrics_.coverage = static_cast<double>(std::ranges::count(listed, 1)) / static_cast<double>(items_);
    if (largest == 0) return;
    metrics_.mean_popularity =
        static_cast<double>(popularity) / (static_cast<double>(entries) * static_cast<double>(largest));
  }

  const dataset::Sequences& sequences_;
  std::span<const std::uint32_t> item_counts_;
  std::size_t items_;
  const Ranker& ranker_;
  const EvaluateOptions& options_;
  std::size_t batch_;
  std::vector<std::optional<Worker>> workers_;
  std::vector<Case> cases_;
  std::vector<std::size_t> ranks_;  // of cases_
  Metrics metrics_;
};

}  // namespace

double hit(std::size_t rank, std::size_t k) {
  return rank <= k ? 1 : 0;
}

double ndcg(std::size_t rank, std::size_t k) {
  return rank <= k ? 1 / std::log2(1 + static_cast<double>(rank)) : 0;
}

double reciprocal_rank(std::size_t rank, std::size_t k) {
  return rank <= k ? 1 / static_cast<double>(rank) : 0;
}

Metrics evaluate(const dataset::Sequences& sequences, std::span<const dataset::Case> cases,
                 std::span<const std::uint32_t> item_counts, const Ranker& ranker, const EvaluateOptions& options) {
  return evaluate_cases(sequences, cases, item_counts, ranker, options).metrics;
}

Evaluated evaluate_cases(const dataset::Sequences& sequences, std::span<const dataset::Case> cases,
                         std::span<const std::uint32_t> item_counts, const Ranker& ranker,
                         const EvaluateOptions& options) {
  assert(!item_counts.empty());
  return Evaluation(sequences, item_counts, ranker, options).run(cases);
}

}  // namespace sasrec::evaluation
