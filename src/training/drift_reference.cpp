#include "training/drift_reference.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>

#include "monitoring/baseline.hpp"
#include "monitoring/feature.hpp"
#include "training/best_positions.hpp"

namespace sasrec::training {
namespace {

using dataset::Case;
using dataset::Sequences;
using monitoring::Feature;
using monitoring::HeldOutAnswer;
using monitoring::ReferenceWindows;

constexpr std::size_t kMaxAnswers = 3000;
constexpr std::size_t kBatch = 32;
constexpr std::size_t kTop = 10;
constexpr float kOut = -std::numeric_limits<float>::infinity();

std::vector<monitoring::Event> learned_events(const Sequences& sequences, const dataset::Split& split) {
  std::vector<monitoring::Event> events;
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    const auto items = sequences.of(user);
    const auto times = sequences.times_of(user);
    for (std::uint32_t position = 0; position < split.train_length[user]; ++position) {
      if (items[position] == base::kPadding) continue;
      events.push_back({.time = times[position],
                        .user = static_cast<std::uint32_t>(user),
                        .item = items[position].value - 1,
                        .position = position});
    }
  }
  return events;
}

/// Whatever follows a user's training part is taken to have been asked for. Evenly picked.
std::vector<Case> held_out(const Sequences& sequences, const dataset::Split& split) {
  std::vector<Case> all;
  for (std::uint32_t user = 0; user < sequences.user_count(); ++user) {
    for (auto position = split.train_length[user]; position < sequences.length(user); ++position) {
      all.push_back({.user = user, .position = position});
    }
  }
  if (all.size() <= kMaxAnswers) return all;
  std::vector<Case> picked;
  picked.reserve(kMaxAnswers);
  for (std::size_t i = 0; i < kMaxAnswers; ++i) picked.push_back(all[i * all.size() / kMaxAnswers]);
  return picked;
}

/// scores   [items + 1]; overwritten
void take_best(std::span<const base::ItemIndex> history, std::span<float> scores, HeldOutAnswer& answer) {
  scores[0] = kOut;
  for (const auto item : history) scores[item.value] = kOut;
  const auto order = best_positions(scores, kTop);
  if (!order.empty()) answer.top_score = scores[order[0]];
  if (order.size() > 1) answer.score_gap = scores[order[0]] - scores[order[1]];
  for (const auto item : order) answer.items.push_back(item - 1);
}

std::vector<HeldOutAnswer> answers_to(const std::vector<Case>& asked, const Sequences& sequences, std::size_t columns,
                                      const evaluation::Ranker& ranker) {
  std::vector<HeldOutAnswer> answers;
  std::vector<evaluation::History> histories;
  std::vector<std::size_t> whose;
  std::vector<float> scores;
  const auto rank = [&] {
    if (histories.empty()) return;
    scores.resize(histories.size() * columns);
    ranker(histories, scores);
    for (std::size_t i = 0; i < histories.size(); ++i) {
      take_best(histories[i], std::span(scores).subspan(i * columns, columns), answers[whose[i]]);
    }
    histories.clear();
    whose.clear();
  };
  for (const auto& [user, position] : asked) {
    const auto history = sequences.of(user).first(position);
    const bool known = std::ranges::any_of(history, [](auto item) { return item != base::kPadding; });
    answers.push_back(
        {.time = sequences.times_of(user)[position], .history_length = position, .by_model = known, .items = {}});
    if (!known) continue;
    histories.push_back(history);
    whose.push_back(answers.size() - 1);
    if (histories.size() == kBatch) rank();
  }
  rank();
  return answers;
}

}  // namespace

std::vector<ReferenceWindows> drift_reference(const Sequences& sequences, const dataset::Split& split,
                                              const std::vector<std::uint32_t>& item_counts,
                                              const evaluation::Ranker& ranker) {
  const std::vector<std::uint64_t> counts(item_counts.begin() + 1, item_counts.end());
  const auto deciles = monitoring::popularity_deciles(counts);
  auto features = monitoring::reference_windows(learned_events(sequences, split), deciles);
  const auto answers = answers_to(held_out(sequences, split), sequences, item_counts.size(), ranker);
  const bool users_held_back = std::ranges::find(split.train_length, 0U) != split.train_length.end();
  for (auto& of_answers : monitoring::answer_windows(answers, deciles)) {
    if (of_answers.windows.size() < monitoring::Baseline::kMin) continue;
    if (of_answers.feature == Feature::kUnknownUsers && !users_held_back) continue;
    std::erase_if(features, [&](const auto& other) { return other.feature == of_answers.feature; });
    features.push_back(std::move(of_answers));
  }
  return features;
}

}  // namespace sasrec::training
