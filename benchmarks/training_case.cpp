#include <ATen/Parallel.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include <cmath>
#include <map>
#include <stdexcept>

#include "benchmarks/cases.hpp"
#include "benchmarks/libtorch_peer.hpp"
#include "benchmarks/multiply_adds.hpp"
#include "training/network.hpp"
#include "training/sampler.hpp"
#include "training/settings.hpp"
#include "training/step.hpp"

namespace sasrec::benchmarks {
namespace {

using training::TrainingBatch;

/// Steps as training::train() takes them.
struct OurTrainer {
  OurTrainer(const training::Settings& settings, const training::Sampler& sampler)
      : network(settings.model, settings.item_deviation), stepper(network, sampler, settings, at::kCPU) {}

  training::Sasrec network;
  training::Stepper stepper;
};

/// A batch as the peers take it, each tensor int64 [batch, max_length].
struct PaddedBatch {
  PaddedBatch(const TrainingBatch& batch, std::size_t max_length)
      : items(padded(batch.inputs.items, batch.inputs.lengths, max_length)),
        targets(padded(batch.targets, batch.inputs.lengths, max_length)),
        negatives(padded(batch.negatives, batch.inputs.lengths, max_length)) {}

  at::Tensor items, targets, negatives;

 private:
  static at::Tensor padded(const at::Tensor& packed, const std::vector<std::int64_t>& lengths, std::size_t max_length) {
    const auto width = static_cast<std::int64_t>(max_length);
    auto rows = at::zeros({static_cast<std::int64_t>(lengths.size()), width}, at::kLong);
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      auto row = rows[static_cast<std::int64_t>(i)];
      row.narrow(0, width - lengths[i], lengths[i]).copy_(packed.narrow(0, begin, lengths[i]));
      begin += lengths[i];
    }
    return rows;
  }
};

struct PeerTrainer {
  PeerTrainer(const training::Settings& settings, AttentionKind kind, training::Sasrec& start)
      : network(settings.model, kind),
        adam(network->parameters(),
             torch::optim::AdamOptions(settings.learning_rate).betas(std::make_tuple(0.9, settings.beta2))) {
    const auto weights = start->named_parameters();
    network->load([&](std::string_view name) {
      const auto& tensor = weights[std::string(name)];
      return std::span<const float>(tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel()));
    });
  }

  at::Tensor loss(const PaddedBatch& batch) { return network->loss(batch.items, batch.targets, batch.negatives); }
  void step(const PaddedBatch& batch) {
    adam.zero_grad();
    const auto value = loss(batch);
    value.backward();
    adam.step();
    value.item<double>();
  }

  LibtorchPeer network;
  torch::optim::Adam adam;
};

/// Without dropout and without padding, which real positions attend to at the peers, the losses must be equal.
void require_same_loss(OurTrainer& ours, PeerTrainer& peer, const training::Sampler& sampler,
                       std::span<const training::Window> windows, std::size_t max_length) {
  std::vector<training::Window> whole;
  for (const auto& window : windows) {
    if (window.end - window.begin == max_length && whole.size() < 16) whole.push_back(window);
  }
  if (whole.empty()) throw std::runtime_error("no user of the log fills max_length: nothing to compare the losses on");
  const auto batch = sampler.batch(whole, 1, 0, at::kCPU);
  ours.network->eval();
  peer.network->eval();
  const auto our_loss = ours.stepper.loss(batch).item<double>();
  const auto peer_loss = peer.loss(PaddedBatch(batch, max_length)).item<double>();
  ours.network->train();
  peer.network->train();
  if (!(std::abs(our_loss - peer_loss) <= 1e-4)) {
    throw std::runtime_error(fmt::format("our loss is {}, LibTorch's {}", our_loss, peer_loss));
  }
}

}  // namespace

std::vector<Row> training_case(const MachineLimits& limits, const Log& log) {
  constexpr std::size_t kRounds = 9;
  at::set_num_threads(static_cast<int>(limits.threads));
  torch::manual_seed(5);
  const auto settings =
      training::make_settings("paper", training::shape_of(log.sequences, log.split, log.items), {}).value();
  const auto max_length = settings.model.max_length;
  const training::Sampler sampler(log.sequences, log.split, settings);
  const auto windows = sampler.epoch(1);

  OurTrainer ours(settings, sampler);
  PeerTrainer dense(settings, AttentionKind::kDense, ours.network);
  PeerTrainer fused(settings, AttentionKind::kFused, ours.network);
  require_same_loss(ours, dense, sampler, windows, max_length);
  require_same_loss(ours, fused, sampler, windows, max_length);

  const std::size_t whole_batches = std::max<std::size_t>(1, windows.size() / settings.batch);
  const auto windows_of = [&](std::size_t step) {
    const auto first = step % whole_batches * settings.batch;
    return std::span(windows).subspan(first, std::min(settings.batch, windows.size()));
  };
  const auto batch_of = [&](std::size_t step) {
    return sampler.batch(windows_of(step), 1, step, at::kCPU);
  };
  std::vector<PaddedBatch> padded;  // made beforehand: the common implementation draws its batches in other processes
  double work = 0;
  for (std::size_t step = 0; step <= kRounds; ++step) {
    padded.emplace_back(batch_of(step), max_length);
    for (const auto& window : windows_of(step)) {
      work += 3 * multiply_adds_of_all(settings.model, window.end - window.begin);  // backward: twice as many again
    }
  }
  std::size_t step = 0;
  std::size_t dense_step = 0;
  std::size_t fused_step = 0;
  const std::vector<Contender> contenders{{[&] {
                                            const auto rate =
                                                training::learning_rate(settings, step + 1, settings.epochs);
                                            ours.stepper.run(windows_of(step), 1, step, rate, step + 1);
                                            ++step;
                                          }},
                                          {[&] {
                                            dense.step(padded[dense_step++]);
                                          }},
                                          {[&] {
                                            fused.step(padded[fused_step++]);
                                          }}};
  const auto timings = race(contenders, kRounds);

  const double steps = static_cast<double>(windows.size()) / static_cast<double>(settings.batch);
  const double work_rate = work / static_cast<double>(kRounds + 1) / (timings[0].median * 1e-3);
  const auto row = [&](const char* peer, const Timing& theirs, std::optional<double> bar) {
    return Row{.name = fmt::format("training epoch, paper's recipe, {} threads", limits.threads),
               .ours = timings[0] * steps,
               .peer = peer,
               .theirs = theirs * steps,
               .bar = bar,
               .share = Share{work_rate / limits.multiply_all, "multiply-adds"}};
  };
  return {row("LibTorch eager, padded", timings[1], 5.0), row("LibTorch SDPA, padded", timings[2], {})};
}

}  // namespace sasrec::benchmarks
