#include "training/candidate.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "evaluation/baselines.hpp"
#include "training/drift_reference.hpp"
#include "training/ranker.hpp"

namespace sasrec::training {
namespace {

std::int64_t learned_until(const dataset::Sequences& sequences, const dataset::Split& split) {
  std::int64_t newest = 0;
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    const auto learned = sequences.times_of(user).first(split.train_length[user]);
    if (!learned.empty()) newest = std::max(newest, learned.back());  // by time
  }
  return newest;
}

checkpoint::DataRecord data_of(const TrainedOn& trained_on) {
  const auto& sequences = trained_on.sequences;
  const auto shape = shape_of(sequences, trained_on.split, trained_on.vocabulary.size());
  checkpoint::DataRecord data;
  data.users = static_cast<std::int64_t>(shape.users);
  data.items = static_cast<std::int64_t>(shape.items);
  data.interactions = static_cast<std::int64_t>(shape.interactions);
  data.events = static_cast<std::int64_t>(sequences.items.size());
  data.held = trained_on.held;
  const auto [first, last] = std::ranges::minmax(sequences.times);
  // A log without times has 0 everywhere.
  if (last > 0) {
    data.first_time = first;
    data.last_time = last;
    data.learned_until = learned_until(sequences, trained_on.split);
  }
  return data;
}

}  // namespace

Candidate make_candidate(const TrainedOn& trained_on, const Trained& trained) {
  const auto& [sequences, split, vocabulary, settings, held] = trained_on;
  auto counts = evaluation::count_items(sequences, split, vocabulary.size());
  auto model = draft_of(trained.network, vocabulary,
                        invent_golden_histories(vocabulary.size(), trained.network->config().max_length));
  model.draft.training = to_json(settings);
  const auto drift = drift_reference(sequences, split, counts, network_ranker(trained.network));
  auto reference = reference_of(sequences, split, counts, drift);
  const auto whole = [](std::size_t number) {
    return static_cast<std::int64_t>(number);
  };
  return {.model = std::move(model),
          .metrics = {.data = data_of(trained_on),
                      .validation_ndcg = trained.best_ndcg,
                      .test = {},
                      .training = checkpoint::TrainingRecord{whole(trained.epochs), whole(trained.best_epoch),
                                                             trained.seconds_per_epoch},
                      .gate = {}},
          .reference = std::move(reference),
          .counts = std::move(counts)};
}

}  // namespace sasrec::training
