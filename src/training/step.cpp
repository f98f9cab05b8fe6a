#include "training/step.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "training/autocast.hpp"
#include "training/dropout.hpp"
#include "training/losses.hpp"
#include "training/random.hpp"

namespace sasrec::training {
namespace {

std::size_t items_in(std::span<const Window> windows) {
  return std::transform_reduce(windows.begin(), windows.end(), std::size_t{0}, std::plus<>(),
                               [](const Window& window) { return std::size_t{window.end - window.begin}; });
}

}  // namespace

std::vector<std::vector<Window>> deal(std::span<const Window> windows, std::size_t shares) {
  std::vector<std::vector<Window>> dealt(std::clamp<std::size_t>(windows.size(), 1, shares));
  if (dealt.size() == 1) {
    dealt.front().assign(windows.begin(), windows.end());
    return dealt;
  }
  // Longest first, each to the share with the fewest items so far: the slowest share decides how long a step takes.
  std::vector<Window> longest_first(windows.begin(), windows.end());
  std::ranges::stable_sort(longest_first, std::greater<>(),
                           [](const Window& window) { return window.end - window.begin; });
  std::vector<std::size_t> items(dealt.size(), 0);
  for (const auto& window : longest_first) {
    const auto lightest = static_cast<std::size_t>(std::ranges::min_element(items) - items.begin());
    items[lightest] += window.end - window.begin;
    dealt[lightest].push_back(window);
  }
  return dealt;
}

Stepper::Stepper(Sasrec network, const Sampler& sampler, const Settings& settings, at::Device device)
    : network_(std::move(network)),
      sampler_(sampler),
      settings_(settings),
      device_(device),
      adam_((network_->to(device), network_->parameters()), settings) {}

at::Tensor Stepper::states_of(const TrainingBatch& batch) {
  if (device_.is_cpu()) return network_->forward(batch.inputs);
  const Bf16Autocast autocast(device_.type());
  return network_->forward(batch.inputs);
}

at::Tensor Stepper::loss(const TrainingBatch& batch) {
  return loss_of(states_of(batch), batch);
}

at::Tensor Stepper::loss_of(const at::Tensor& states, const TrainingBatch& batch) {
  const auto& table = network_->item_embedding();
  switch (settings_.loss) {
    case Loss::kBce:
      return bce_loss(states, table, batch.targets, batch.negatives);
    case Loss::kGbce:
      return gbce_loss(states, table, batch.targets, batch.negatives, settings_.gbce_t);
    case Loss::kSoftmax:
      return softmax_loss(states, table, batch.targets);
    case Loss::kSampledSoftmax:
      return sampled_softmax_loss(states, table, batch.targets, batch.negatives,
                                  sampler_.log_expected(batch.negatives));
  }
  TORCH_CHECK(false, "unknown loss");
}

double Stepper::run(std::span<const Window> windows, std::uint64_t epoch, std::uint64_t step, double learning_rate,
                    std::size_t updates) {
  const auto dealt = deal(windows, shares());
  const auto all = static_cast<double>(items_in(windows));
  const bool by_kernels = uses_kernels();
  if (by_kernels) {
    if (!cpu_weights_) {
      cpu_weights_.emplace(network_->config(), network_->named_parameters().keys(), adam_.parameters);
    }
    cpu_weights_->pack();
    while (cpu_shares_.size() < dealt.size()) cpu_shares_.emplace_back(*cpu_weights_);
  }
  std::vector<ShareGradients> parts(dealt.size());
  const auto work = [&](std::int64_t begin, std::int64_t end) {
    const at::AutoGradMode with_gradients(true);  // worker threads don't inherit the caller's mode
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      const double weight = static_cast<double>(items_in(dealt[i])) / all;
      parts[i] = by_kernels ? kernel_gradients(cpu_shares_[i], dealt[i], epoch, step, weight)
                            : libtorch_gradients(dealt[i], epoch, step, i, weight);
    }
  };
  if (dealt.size() == 1) {
    work(0, 1);  // its products may use all threads
  } else {
    at::parallel_for(0, static_cast<std::int64_t>(dealt.size()), 1, work);
  }
  // Summed in the order of the shares, whichever thread was first, so that a run can be repeated bit by bit.
  auto& sum = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    sum.loss += parts[i].loss;
    for (std::size_t p = 0; p < sum.of_parameters.size(); ++p) sum.of_parameters[p].add_(parts[i].of_parameters[p]);
  }
  adam_.update(sum.of_parameters, learning_rate, updates);
  return sum.loss;
}

ShareGradients Stepper::kernel_gradients(CpuShare& share, std::span<const Window> windows, std::uint64_t epoch,
                                         std::uint64_t step, double weight) {
  const auto batch = sampler_.batch(windows, epoch, step, device_);
  const auto step_seed = mix(mix(mix(settings_.seed) ^ epoch) ^ step);
  std::vector<std::uint64_t> seeds;
  for (const auto& window : windows) seeds.push_back(step_seed ^ ((std::uint64_t{window.user} << 32U) | window.begin));
  const CpuDropout dropout(settings_.model.dropout);
  if (settings_.loss == Loss::kBce) return share.bce(batch, seeds, dropout, weight);
  return share.any(batch.inputs, seeds, dropout,
                   [&](const at::Tensor& states) { return loss_of(states, batch) * weight; });
}

ShareGradients Stepper::libtorch_gradients(std::span<const Window> windows, std::uint64_t epoch, std::uint64_t step,
                                           std::uint64_t number, double weight) {
  const DropoutSeed seed(mix(mix(mix(settings_.seed) ^ epoch) ^ step) ^ number);
  const auto weighted = loss(sampler_.batch(windows, epoch, step, device_)) * weight;
  auto of_parameters = torch::autograd::grad({weighted}, adam_.parameters);
  return {.loss = weighted.item<double>(), .of_parameters = std::move(of_parameters)};
}

bool Stepper::uses_kernels() const {
  // A share is computed on one thread. If memory allows only one share (see shares()), LibTorch is faster, since its
  // products use all threads.
  const bool all_threads_work = shares() == static_cast<std::size_t>(at::get_num_threads());
  return device_.is_cpu() && all_threads_work && settings_.model.padding == checkpoint::Padding::kIgnored;
}

std::size_t Stepper::shares() const {
  if (!device_.is_cpu()) return 1;
  constexpr std::size_t kMaxBytes = std::size_t{512} << 20U;  // each share has gradients as large as the item table
  const auto table_bytes = (settings_.model.items + 1) * settings_.model.hidden * sizeof(float);
  const auto threads = static_cast<std::size_t>(at::get_num_threads());
  return table_bytes * threads <= kMaxBytes ? threads : 1;
}

}  // namespace sasrec::training
