#include "apps/trainer_judge.hpp"

#include <algorithm>
#include <utility>

#include "apps/model_ranker.hpp"
#include "evaluation/baselines.hpp"
#include "evaluation/evaluate.hpp"

namespace sasrec::apps {
namespace {

using dataset::Case;

constexpr std::size_t kAtTen = 2;
static_assert(evaluation::kCutoffs[kAtTen] == 10);

/// With so many the difference between two models can be told from chance.
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

std::vector<Case> pick(const std::vector<Case>& cases, std::size_t most) {
  if (cases.size() <= most) return cases;
  std::vector<Case> picked;
  picked.reserve(most);
  for (std::size_t i = 0; i < most; ++i) picked.push_back(cases[i * cases.size() / most]);
  return picked;
}

/// One model's view of the holdout.
struct View {
  View(const Holdout& holdout, const recommend::Model& model)
      : sequences(dataset::index_sequences(holdout.sequences, holdout.log, model.vocabulary())),
        counts(evaluation::count_items(sequences, holdout.split, model.vocabulary().size())) {}

  evaluation::Metrics measure(const std::vector<Case>& cases, const evaluation::Ranker& ranker,
                              std::size_t threads) const {
    return evaluation::evaluate(sequences, cases, counts, ranker, {.threads = threads});
  }

  dataset::Sequences sequences;
  std::vector<std::uint32_t> counts;
};

}  // namespace

boost::json::object Judgement::to_json() const {
  boost::json::object json{{"passed", verdict.passed},
                           {"reason", verdict.reason},
                           {"cases", scores.cases},
                           {"candidate", scores.candidate},
                           {"popularity", scores.popularity}};
  if (scores.serving) {
    json["serving"] = *scores.serving;
    json["serving_version"] = serving;
  }
  return json;
}

Judgement judge(const Holdout& holdout, const std::shared_ptr<const recommend::Model>& candidate,
                const std::shared_ptr<const recommend::Model>& serving, std::int64_t serving_learned_until,
                const pipeline::GateOptions& options, std::size_t threads, std::size_t most_cases) {
  Judgement judgement;
  auto cases = cases_of(holdout);
  if (serving) {
    std::vector<Case> newer;
    std::ranges::copy_if(cases, std::back_inserter(newer), [&](const Case& asked) {
      return holdout.sequences.times_of(asked.user)[asked.position] > serving_learned_until;
    });
    judgement.scores.serving_knows_cases = newer.size() < cases.size() && newer.size() < kEnough;
    if (newer.size() >= kEnough) cases = std::move(newer);
  }
  cases = pick(cases, most_cases);
  judgement.scores.cases = cases.size();
  if (cases.size() >= options.least_cases) {
    const View view(holdout, *candidate);
    judgement.report = {
        .protocol = dataset::Protocol::kTimeSplit,
        .negatives = 0,
        .model = view.measure(cases, model_ranker(candidate), threads),
        .popularity = view.measure(cases, evaluation::popularity_ranker(view.counts), threads),
        .bigram = view.measure(cases, evaluation::bigram_ranker(view.sequences, holdout.split, view.counts), threads)};
    judgement.scores.candidate = judgement.report.model.ndcg[kAtTen];
    judgement.scores.popularity = judgement.report.popularity.ndcg[kAtTen];
    if (serving) {
      const View theirs(holdout, *serving);
      judgement.scores.serving = theirs.measure(cases, model_ranker(serving), threads).ndcg[kAtTen];
      judgement.serving = serving->version();
    }
  }
  judgement.verdict = pipeline::judge(judgement.scores, options);
  return judgement;
}

}  // namespace sasrec::apps
