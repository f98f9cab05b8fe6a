#include "retraining/judge.hpp"

#include <algorithm>
#include <utility>

#include "evaluation/baselines.hpp"
#include "evaluation/evaluate_cases.hpp"
#include "evaluation/paired.hpp"
#include "retraining/model_ranker.hpp"

namespace sasrec::retraining {
namespace {

using dataset::Case;

/// From this many cases on two models are compared, whatever share of the holdout they are.
constexpr std::size_t kEnough = 200;

/// A model that doesn't know an item can't know that a case asks for it again: such cases would count for one model
/// and not for the other.
std::vector<Case> cases_of(const Holdout& holdout) {
  std::vector<Case> cases;
  for (const auto& asked : holdout.split.test) {
    const auto items = holdout.sequences.of(asked.user);
    const auto before = items.first(asked.position);
    if (std::ranges::find(before, items[asked.position]) == before.end()) cases.push_back(asked);
  }
  return cases;
}

/// Whether what remains of the holdout is enough to compare the serving model by. On a small log that is most of the
/// holdout: with less than half, the candidate is better known by popularity on all of it.
bool is_enough(std::size_t unknown, std::size_t all, std::size_t min_cases) {
  return unknown >= kEnough || (unknown >= min_cases && 2 * unknown >= all);
}

std::vector<double> ndcg_of(const std::vector<std::size_t>& ranks) {
  std::vector<double> values;
  values.reserve(ranks.size());
  for (const auto rank : ranks) values.push_back(evaluation::ndcg(rank, evaluation::kCutoffs[evaluation::kAtTen]));
  return values;
}

/// One model's view of the holdout.
struct View {
  View(const Holdout& holdout, const recommend::Model& model)
      : sequences(dataset::index_sequences(holdout.sequences, holdout.log, model.vocabulary())),
        counts(evaluation::count_items(sequences, holdout.split, model.vocabulary().size())) {}

  evaluation::Evaluated measure(const std::vector<Case>& cases, const evaluation::Ranker& ranker,
                                std::size_t threads) const {
    return evaluation::evaluate_cases(sequences, cases, counts, ranker, {.threads = threads});
  }

  dataset::Sequences sequences;
  std::vector<std::uint32_t> counts;
};

}  // namespace

checkpoint::GateRecord Judgement::record() const {
  checkpoint::GateRecord gate{.passed = verdict.passed,
                              .code = std::string(to_string(verdict.code)),
                              .reason = verdict.reason,
                              .cases = static_cast<std::int64_t>(scores.cases),
                              .candidate = scores.candidate,
                              .popularity = scores.popularity,
                              .serving_version = serving,
                              .serving = {},
                              .difference = {}};
  if (scores.rival) {
    gate.serving = scores.rival->ndcg;
    gate.difference = {.mean = scores.rival->difference.mean, .error = scores.rival->difference.error};
  }
  return gate;
}

Judgement judge(const Holdout& holdout, const std::shared_ptr<const recommend::Model>& candidate,
                const ServingModel& serving, const versions::GateOptions& options, std::size_t threads,
                std::size_t max_cases) {
  Judgement judgement;
  auto& scores = judgement.scores;
  auto cases = cases_of(holdout);
  bool compared = false;
  if (serving.model) {
    scores.is_served = true;
    judgement.serving = serving.model->version();
    auto unknown = unknown_cases(serving.held, holdout.sequences, cases);
    compared = is_enough(unknown.size(), cases.size(), options.min_cases);
    if (compared) cases = std::move(unknown);
  }
  cases = dataset::pick_evenly(cases, max_cases);
  scores.cases = cases.size();
  if (cases.size() >= options.min_cases) {
    const View view(holdout, *candidate);
    const auto ours = view.measure(cases, model_ranker(candidate), threads);
    judgement.report = {
        .protocol = dataset::Protocol::kLeaveOneOut,
        .negatives = 0,
        .model = ours.metrics,
        .popularity = view.measure(cases, evaluation::popularity_ranker(view.counts), threads).metrics,
        .bigram = view.measure(cases, evaluation::bigram_ranker(view.sequences, holdout.split, view.counts), threads)
                      .metrics};
    scores.candidate = judgement.report.model.ndcg[evaluation::kAtTen];
    scores.popularity = judgement.report.popularity.ndcg[evaluation::kAtTen];
    if (compared) {
      const auto theirs = View(holdout, *serving.model).measure(cases, model_ranker(serving.model), threads);
      scores.rival = {.ndcg = theirs.metrics.ndcg[evaluation::kAtTen],
                      .difference = evaluation::paired_difference(ndcg_of(ours.ranks), ndcg_of(theirs.ranks))};
    }
  }
  judgement.verdict = versions::decide(scores, options);
  return judgement;
}

}  // namespace sasrec::retraining
