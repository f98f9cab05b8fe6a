#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/vocabulary.hpp"
#include "checkpoint/checkpoint.hpp"
#include "checkpoint/directory.hpp"
#include "checkpoint/reference.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "monitoring/reference.hpp"
#include "training/network.hpp"

namespace sasrec::training {

/// A draft and the weights that its tensors point into.
struct ModelDraft {
  checkpoint::Draft draft;
  std::vector<at::Tensor> weights;
};

/// The network (on the CPU, in evaluation mode) as a draft of a new version: config, tensors, vocabulary and golden
/// answers computed by LibTorch, which the engine must reproduce whenever the version is loaded. The caller fills in
/// metrics, reference and training.
///
/// golden_histories   known items only, none empty
ModelDraft draft_of(Sasrec network, const base::Vocabulary& vocabulary,
                    const std::vector<std::vector<base::ItemIndex>>& golden_histories);

/// Histories of the items 1 to `items`, from one item to more than `max_length`, which the model cuts off. They are
/// invented: a version is copied and kept, and must not carry what a user did. The same numbers give the same histories.
std::vector<std::vector<base::ItemIndex>> invent_golden_histories(std::size_t items, std::size_t max_length);

/// What later traffic is held against.
/// item_counts   training interactions per ItemIndex, size items + 1
checkpoint::Reference reference_of(const dataset::Sequences& sequences, const dataset::Split& split,
                                   const std::vector<std::uint32_t>& item_counts,
                                   std::span<const monitoring::ReferenceWindows> drift);

}  // namespace sasrec::training
