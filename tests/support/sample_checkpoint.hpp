#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "checkpoint/directory.hpp"

namespace sasrec::test {

/// A model with random weights that can be saved as a checkpoint. The draft's tensors point into `storage`.
struct SampleModel {
  checkpoint::Draft draft;
  std::vector<std::vector<float>> storage;  ///< one per tensor, in the order of tensor_specs(draft.config)

  SampleModel() = default;
  SampleModel(SampleModel&&) = default;
  SampleModel(const SampleModel&) = delete;  // the copy's tensors would point into the original
  SampleModel& operator=(const SampleModel&) = delete;
  ~SampleModel() = default;

  /// The values of the tensor `name`, to change them.
  std::vector<float>& tensor(std::string_view name);
};

/// A small model that has more than one of everything: 12 items, hidden 8, 2 heads, 2 blocks, max_length 6,
/// feed_forward 16.
checkpoint::ModelConfig sample_config();

/// Items are "item-1", "item-2", ... The same seed gives the same weights. No golden answers. The padding row is zero.
/// reference.json's "item_counts" (one per item, in vocabulary order) are 1, 2, 3, ...
SampleModel sample_model(const checkpoint::ModelConfig& config, std::uint64_t seed);

/// Saves `model` in the checkpoints folder `root`, makes it current, and returns the version's folder. Throws on
/// failure.
std::filesystem::path save_sample(const SampleModel& model, const std::filesystem::path& root);

}  // namespace sasrec::test
