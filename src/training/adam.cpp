#include "training/adam.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace sasrec::training {

Adam::Adam(std::vector<at::Tensor> trained, const Settings& settings)
    : parameters(std::move(trained)), beta2(settings.beta2), weight_decay(settings.weight_decay) {
  for (const auto& parameter : parameters) {
    first_moments.push_back(at::zeros_like(parameter));
    second_moments.push_back(at::zeros_like(parameter));
  }
}

void Adam::update(const std::vector<at::Tensor>& gradients, double learning_rate, std::size_t step) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> steps;  // the kernel needs one per parameter, with the number of this step
  for (const auto& parameter : parameters) {
    steps.push_back(at::full({}, static_cast<double>(step), parameter.options().requires_grad(false)));
  }
  constexpr double kBeta1 = 0.9;
  constexpr double kEpsilon = 1e-8;
  at::_fused_adamw_(parameters, gradients, first_moments, second_moments, {}, steps, learning_rate, kBeta1, beta2,
                    weight_decay, kEpsilon, /*amsgrad=*/false, /*maximize=*/false);
}

double learning_rate(const Settings& settings, std::size_t step, std::size_t steps) {
  if (step < settings.warmup_steps) {
    return settings.learning_rate * static_cast<double>(step) / static_cast<double>(settings.warmup_steps);
  }
  if (settings.schedule == Schedule::kConstant) return settings.learning_rate;
  const double done = static_cast<double>(step - settings.warmup_steps) /
                      static_cast<double>(std::max<std::size_t>(1, steps - std::min(steps, settings.warmup_steps)));
  return settings.learning_rate * 0.5 * (1.0 + std::cos(std::numbers::pi * std::min(1.0, done)));
}

}  // namespace sasrec::training
