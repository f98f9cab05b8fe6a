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

/// Distributes the windows of a step over `shares` (at least 1) lists with about equally many items. No list is empty,
/// so there are fewer if there are fewer windows.
std::vector<std::vector<Window>> deal(std::span<const Window> windows, std::size_t shares);

/// Runs training steps: forward pass, backward pass, optimiser. Not thread-safe.
///
/// On a CPU each of torch's threads computes loss and gradients of its own share of the batch, from drawing negatives
/// to the last product. The threads wait for each other only once, to sum the gradients; if they shared each product,
/// they would wait a thousand times per step. The shares are computed by our own kernels (CpuShare).
///
/// LibTorch computes on a GPU, and on a CPU if the gradients of several shares would take too much memory: such item
/// tables are trained in one share. Which values dropout drops depends on the seed and the window, not on the share
/// (with LibTorch: on the share).
class Stepper {
 public:
  /// `sampler` and `settings` must outlive this object.
  Stepper(Sasrec network, const Sampler& sampler, const Settings& settings, at::Device device);
  Stepper(const Stepper&) = delete;  // cpu_shares_ refer to cpu_weights_
  Stepper& operator=(const Stepper&) = delete;

  /// The mean loss over the batch's tokens, differentiable.
  at::Tensor loss(const TrainingBatch& batch);

  /// Updates the weights by one batch and returns its loss. `step` counts from 0 within the epoch, `updates` counts all
  /// updates of the run from 1.
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
  /// The network's states for a batch, fp32 [T, hidden]. On a GPU products are computed in bf16.
  at::Tensor states_of(const TrainingBatch& batch);
  std::size_t shares() const;

  Sasrec network_;
  const Sampler& sampler_;
  const Settings& settings_;
  at::Device device_;
  Adam adam_;
  std::optional<CpuWeights> cpu_weights_;  ///< set if our kernels compute the shares
  std::vector<CpuShare> cpu_shares_;
};

}  // namespace sasrec::training
