#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "training/batch.hpp"
#include "training/random.hpp"
#include "training/settings.hpp"

namespace sasrec::training {

/// Consecutive training items of one user: inputs are [begin, end), targets [begin + 1, end + 1).
struct Window {
  std::uint32_t user = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// Cuts the training part into windows, shuffles them and draws negatives. The result depends only on the seed, the
/// epoch and the step, so an interrupted run resumes with exactly the batches it would have had. Thread-safe: reads
/// only.
class Sampler {
 public:
  /// `sequences` and `split` must outlive the sampler.
  Sampler(const dataset::Sequences& sequences, const dataset::Split& split, const Settings& settings);

  /// The epoch's windows in the order of training.
  std::vector<Window> epoch(std::uint64_t epoch) const;

  /// Makes the batch of a step, or of a part of its windows: the negatives of a window and the shared negatives do not
  /// depend on the other windows. `step` counts from 0 within the epoch.
  TrainingBatch batch(std::span<const Window> windows, std::uint64_t epoch, std::uint64_t step,
                      at::Device device) const;

  /// log(M q) of each shared negative, for sampled_softmax_loss. For gbce q is uniform.
  at::Tensor log_expected(const at::Tensor& negatives) const;

 private:
  std::span<const base::ItemIndex> training_part(std::uint32_t user) const;
  at::Tensor draw_unseen(std::span<const Window> windows, std::uint64_t seed) const;
  at::Tensor draw_shared(Random random) const;

  const dataset::Sequences& sequences_;
  const dataset::Split& split_;
  Settings settings_;
  std::vector<double> cumulative_;                ///< [items + 1], cumulative distribution of the negatives
  std::vector<std::vector<std::uint32_t>> seen_;  ///< per user: sorted training items, for bce only
};

}  // namespace sasrec::training
