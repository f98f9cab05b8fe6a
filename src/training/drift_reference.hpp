#pragma once

#include <cstdint>
#include <vector>

#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "evaluation/ranker.hpp"
#include "monitoring/reference.hpp"

namespace sasrec::training {

/// The windows that later traffic is held against (reference.json's "drift"): of the training part what users did, of
/// the held-out part what the model answers to them (top 10, items of the history left out), for at most 3,000 of what
/// follows a user's training part. Only a split by time has unknown users: leave-one-out holds no user back.
/// History lengths are those of the answers, or where there are too few, of the training part.
/// item_counts   training interactions per ItemIndex, size items + 1. Cost: the ranker on these 3,000
std::vector<monitoring::ReferenceWindows> drift_reference(const dataset::Sequences& sequences,
                                                          const dataset::Split& split,
                                                          const std::vector<std::uint32_t>& item_counts,
                                                          const evaluation::Ranker& ranker);

}  // namespace sasrec::training
