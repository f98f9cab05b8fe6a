#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "training/adam.hpp"
#include "training/cpu/share.hpp"
#include "training/cpu/weights.hpp"
#include "training/network.hpp"
#include "training/sampler.hpp"
#include "training/settings.hpp"

namespace sasrec::training {

/// Deals the windows of a step to `shares` (at least 1) of about equally many items, none of them empty; fewer shares
/// if there are fewer windows.
std::vector<std::vector<Window>> deal(std::span<const Window> windows, std::size_t shares);

/// What a training step does with network and optimiser.
///
/// On a CPU each of torch's threads computes loss and gradients of its own share of the batch, from the draw of
/// negatives to the last product: only the sum of the gradients waits for all. Threads that share each product instead
/// wait for each other a thousand times a step. There it is our kernels that compute (CpuShare); LibTorch does on a
/// GPU, and where each share's own gradients would take too much memory: such tables are trained in one share. What is
/// dropped follows from the seed and the window, not from the shares (with LibTorch: from the share).
class Stepper {
 public:
  /// `sampler` and `settings` must outlive it.
  Stepper(Sasrec network, const Sampler& sampler, const Settings& settings, at::Device device);
  Stepper(const Stepper&) = delete;  // its shares refer to its weights
  Stepper& operator=(const Stepper&) = delete;

  /// Mean over the batch's tokens, differentiable.
  at::Tensor loss(const TrainingBatch& batch);

  /// Updates the weights by one batch. `step` counts from 0 within the epoch; adam.update's from 1. Returns the loss.
  double run(std::span<const Window> windows, std::uint64_t epoch, std::uint64_t step, double learning_rate,
             std::size_t updates);

  Adam& adam() { return adam_; }

 private:
  ShareGradients kernel_gradients(CpuShare& share, std::span<const Window> windows, std::uint64_t epoch,
                                  std::uint64_t step, double weight);
  ShareGradients libtorch_gradients(std::span<const Window> windows, std::uint64_t epoch, std::uint64_t step,
                                    std::uint64_t number, double weight);
  bool uses_kernels() const;
  at::Tensor loss_of(const at::Tensor& states, const TrainingBatch& batch);
  /// What the network makes of a batch: fp32 [T, hidden]; on a GPU its products are computed in bf16.
  at::Tensor states_of(const TrainingBatch& batch);
  std::size_t shares() const;

  Sasrec network_;
  const Sampler& sampler_;
  const Settings& settings_;
  at::Device device_;
  Adam adam_;
  std::optional<CpuWeights> cpu_weights_;  ///< if shares are computed without LibTorch
  std::vector<CpuShare> cpu_shares_;
};

}  // namespace sasrec::training
