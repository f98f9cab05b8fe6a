#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

#include "training/settings.hpp"

namespace sasrec::training {

/// Adam with decoupled weight decay, computed by torch's fused kernel in one pass over all parameters. Its state is
/// public, so that a run can be saved and resumed. Kingma & Ba 2015 (arXiv:1412.6980); Loshchilov & Hutter 2019
/// (arXiv:1711.05101).
struct Adam {
  std::vector<at::Tensor> parameters, first_moments, second_moments;
  double beta2 = 0.98;
  double weight_decay = 0;

  Adam(std::vector<at::Tensor> trained, const Settings& settings);
  /// Updates the parameters. `gradients` has one entry per parameter; `step` counts from 1.
  void update(const std::vector<at::Tensor>& gradients, double learning_rate, std::size_t step);
};

/// The learning rate of a step, counted from 1: a linear warm-up, then the schedule until `steps`.
double learning_rate(const Settings& settings, std::size_t step, std::size_t steps);

}  // namespace sasrec::training
