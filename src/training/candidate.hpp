#pragma once

#include <cstdint>
#include <vector>

#include "base/vocabulary.hpp"
#include "checkpoint/metrics.hpp"
#include "checkpoint/reference.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "training/export.hpp"
#include "training/settings.hpp"
#include "training/trainer.hpp"

namespace sasrec::training {

/// What a model was trained on, and how.
struct TrainedOn {
  const dataset::Sequences& sequences;  ///< in the numbers of `vocabulary`
  const dataset::Split& split;
  const base::Vocabulary& vocabulary;
  const Settings& settings;
  checkpoint::HeldRecord held;  ///< how `split` was made, as retraining/held_back.hpp says it
};

/// A trained model as a new version: all but its score on the test part, which the caller measures.
struct Candidate {
  ModelDraft model;                   ///< without metrics and reference
  checkpoint::Metrics metrics;        ///< data, validation and training
  checkpoint::Reference reference;    ///< item counts, history lengths and drift
  std::vector<std::uint32_t> counts;  ///< training interactions per ItemIndex, size items + 1
};

/// Cost: the network on the golden histories, and on up to 3,000 histories for the drift reference.
Candidate make_candidate(const TrainedOn& trained_on, const Trained& trained);

}  // namespace sasrec::training
