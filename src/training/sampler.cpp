#include "training/sampler.hpp"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

namespace sasrec::training {
namespace {

/// Mixes two distributions of negatives in equal parts: by training count^0.75, and uniform. Popular items are the hard
/// negatives. The uniform half gives every item a minimum probability, which bounds the correction.
std::vector<double> negative_distribution(const std::vector<double>& counts, bool uniform_only) {
  double total = 0;
  for (const double count : counts) total += std::pow(count, 0.75);
  const double uniform = 1.0 / static_cast<double>(counts.size() - 1);
  std::vector<double> cumulative(counts.size(), 0.0);
  for (std::size_t item = 1; item < counts.size(); ++item) {
    const double popular = total > 0 ? std::pow(counts[item], 0.75) / total : uniform;
    cumulative[item] = cumulative[item - 1] + (uniform_only ? uniform : 0.5 * uniform + 0.5 * popular);
  }
  for (double& value : cumulative) value /= cumulative.back();
  return cumulative;
}

}  // namespace

Sampler::Sampler(const dataset::Sequences& sequences, const dataset::Split& split, const Settings& settings)
    : sequences_(sequences), split_(split), settings_(settings) {
  if (settings.loss == Loss::kBce) {
    seen_.resize(sequences.user_count());
    for (std::uint32_t user = 0; user < sequences.user_count(); ++user) {
      for (const auto item : training_part(user)) seen_[user].push_back(item.value);
      std::ranges::sort(seen_[user]);
    }
  }
  if (settings.loss == Loss::kGbce || settings.loss == Loss::kSampledSoftmax) {
    std::vector<double> counts(settings.model.items + 1, 0.0);
    for (std::uint32_t user = 0; user < sequences.user_count(); ++user) {
      for (const auto item : training_part(user)) counts[item.value] += 1;
    }
    cumulative_ = negative_distribution(counts, settings.loss == Loss::kGbce);
  }
}

std::span<const base::ItemIndex> Sampler::training_part(std::uint32_t user) const {
  return sequences_.of(user).first(split_.train_length[user]);
}

std::vector<Window> Sampler::epoch(std::uint64_t epoch) const {
  Random random(mix(settings_.seed) ^ mix(epoch));
  std::vector<Window> windows;
  const auto longest = static_cast<std::uint32_t>(settings_.model.max_length);
  for (std::uint32_t user = 0; user < sequences_.user_count(); ++user) {
    const std::uint32_t length = split_.train_length[user];
    if (length < 2) continue;  // there is nothing to predict
    std::uint32_t end = length - 1;
    if (settings_.windows == Windows::kLast || end <= longest) {
      windows.push_back({user, end > longest ? end - longest : 0, end});
      continue;
    }
    // The newest window is shortened by a random amount, so that the cuts are at other places in each epoch.
    std::uint32_t size = 1 + static_cast<std::uint32_t>(random.below(longest));
    while (end > 0) {
      const std::uint32_t begin = end > size ? end - size : 0;
      windows.push_back({user, begin, end});
      end = begin;
      size = longest;
    }
  }
  for (std::size_t left = windows.size(); left > 1; --left) std::swap(windows[left - 1], windows[random.below(left)]);
  return windows;
}

TrainingBatch Sampler::batch(std::span<const Window> windows, std::uint64_t epoch, std::uint64_t step,
                             at::Device device) const {
  std::vector<std::span<const base::ItemIndex>> inputs;
  std::vector<std::int64_t> targets;
  for (const auto& window : windows) {
    const auto items = training_part(window.user);
    inputs.push_back(items.subspan(window.begin, window.end - window.begin));
    for (auto t = window.begin; t < window.end; ++t) targets.push_back(items[t + 1].value);
  }
  TrainingBatch batch{.inputs = pack(inputs, settings_.model.max_length, device),
                      .targets = at::tensor(targets).to(device),
                      .negatives = {}};
  const Random random(mix(mix(settings_.seed) ^ mix(epoch)) ^ mix(step + 1));
  if (settings_.loss == Loss::kBce) {
    batch.negatives = draw_unseen(windows, mix(mix(settings_.seed) ^ mix(epoch))).to(device);
  } else if (!cumulative_.empty()) {
    batch.negatives = draw_shared(random).to(device);
  }
  return batch;
}

at::Tensor Sampler::draw_unseen(std::span<const Window> windows, std::uint64_t seed) const {
  std::vector<std::int64_t> negatives;
  for (const auto& window : windows) {
    Random random(seed ^ mix((std::uint64_t{window.user} << 32U) | window.begin));
    const auto& seen = seen_[window.user];
    for (auto t = window.begin; t < window.end; ++t) {
      std::uint32_t item = 0;
      // A user who has seen all items gets a seen one, since there is no other.
      constexpr int kTries = 100;
      for (int tries = 0; tries < kTries; ++tries) {
        item = 1 + static_cast<std::uint32_t>(random.below(settings_.model.items));
        if (!std::ranges::binary_search(seen, item)) break;
      }
      negatives.push_back(item);
    }
  }
  return at::tensor(negatives);
}

at::Tensor Sampler::draw_shared(Random random) const {
  std::vector<std::int64_t> negatives(settings_.negatives);
  for (auto& item : negatives) {
    const auto found = std::ranges::upper_bound(cumulative_, random.uniform());
    item = std::clamp<std::int64_t>(found - cumulative_.begin(), 1, static_cast<std::int64_t>(settings_.model.items));
  }
  return at::tensor(negatives);
}

at::Tensor Sampler::log_expected(const at::Tensor& negatives) const {
  const auto items = negatives.cpu();
  std::vector<float> logs;
  for (std::int64_t i = 0; i < items.numel(); ++i) {
    const auto item = static_cast<std::size_t>(items.data_ptr<std::int64_t>()[i]);
    const double probability = cumulative_[item] - cumulative_[item - 1];
    logs.push_back(static_cast<float>(std::log(static_cast<double>(settings_.negatives) * probability)));
  }
  return at::tensor(logs).to(negatives.device());
}

}  // namespace sasrec::training
