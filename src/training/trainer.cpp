#include "training/trainer.hpp"

#include <ATen/Context.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/cuda.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "evaluation/evaluate.hpp"
#include "training/random.hpp"
#include "training/ranker.hpp"
#include "training/sampler.hpp"
#include "training/step.hpp"

namespace sasrec::training {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One training run: network, optimiser and progress. Members in the order they are built.
class Run {
 public:
  Run(const dataset::Sequences& sequences, const dataset::Split& split, const Settings& settings,
      const TrainOptions& options)
      : sequences_(sequences),
        settings_(settings),
        options_(options),
        sampler_(sequences, split, settings),
        validation_(dataset::pick_evenly(split.validation, settings.validation_cases)),
        item_counts_(settings.model.items + 1, 0),
        network_(make_network(settings)),
        stepper_(network_, sampler_, settings, options.device),
        steps_per_epoch_((sampler_.epoch(0).size() + settings.batch - 1) / settings.batch) {}

  Result<Trained> run() {
    if (steps_per_epoch_ == 0) {
      return fail(ErrorCode::kInvalidInput, "nothing to train on: no user has two interactions in the training part");
    }
    const bool resumed = resume();
    while (progress_.epoch < settings_.epochs && !out_of_patience()) {
      if (const auto ended = run_epoch(); !ended) return base::Failure(ended.error());
    }
    return finish(resumed);
  }

 private:
  static Sasrec make_network(const Settings& settings) {
    torch::manual_seed(mix(settings.seed));
    return Sasrec(settings.model, settings.item_deviation);
  }

  bool resume() {
    auto saved = options_.state != nullptr ? options_.state->load() : std::nullopt;
    if (!saved || saved->weights.size() != stepper_.adam().parameters.size()) return false;
    progress_ = std::move(*saved);
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < stepper_.adam().parameters.size(); ++i) {
      stepper_.adam().parameters[i].copy_(progress_.weights[i]);
      stepper_.adam().first_moments[i].copy_(progress_.first_moments[i]);
      stepper_.adam().second_moments[i].copy_(progress_.second_moments[i]);
    }
    return true;
  }

  bool out_of_patience() const {
    return !validation_.empty() && progress_.evaluations_without_gain >= settings_.patience;
  }

  Result<void> run_epoch() {
    const auto start = Clock::now();
    const std::size_t epoch = progress_.epoch + 1;
    torch::manual_seed(mix(mix(settings_.seed) ^ epoch));  // dropout depends on the seed and the epoch alone
    const auto loss = train_epoch(epoch);
    if (!loss) return base::Failure(loss.error());
    progress_.epoch = epoch;
    progress_.epoch_seconds.push_back(seconds_since(start));
    EpochReport report{.epoch = epoch, .loss = *loss, .ndcg = {}, .seconds = progress_.epoch_seconds.back()};
    if (epoch % settings_.evaluate_every == 0 || epoch == settings_.epochs) report.ndcg = evaluate_epoch();
    report.best_ndcg = progress_.best_ndcg;
    report.best_epoch = progress_.best_epoch;
    if (options_.on_epoch) options_.on_epoch(report);
    // Batches of ever other sizes leave holes in the heap: without this it grew by 200 MB an epoch (hidden 128, 3,416
    // items).
    ::malloc_trim(0);
    return save_progress();
  }

  Result<double> train_epoch(std::size_t epoch) {
    network_->train();
    const auto windows = sampler_.epoch(epoch);
    const std::size_t steps = (windows.size() + settings_.batch - 1) / settings_.batch;
    double loss_sum = 0;
    for (std::size_t step = 0; step < steps; ++step) {
      if (options_.stop.stop_requested()) {
        return fail(ErrorCode::kUnavailable, "stopped in epoch {}; the epochs before it are kept", epoch);
      }
      const auto first = step * settings_.batch;
      ++progress_.step;
      const auto rate = learning_rate(settings_, progress_.step, settings_.epochs * steps_per_epoch_);
      loss_sum += stepper_.run(std::span(windows).subspan(first, std::min(settings_.batch, windows.size() - first)),
                               epoch, step, rate, progress_.step);
      if (!std::isfinite(loss_sum)) {
        return fail(ErrorCode::kInternal, "the loss of epoch {} is not finite; a smaller learning_rate helps", epoch);
      }
      if (options_.on_step) {
        options_.on_step({epoch, step + 1, steps, loss_sum / static_cast<double>(step + 1)});
      }
    }
    return loss_sum / static_cast<double>(steps);
  }

  /// Validation NDCG@10, and what it means for the best weights and the patience.
  std::optional<double> evaluate_epoch() {
    if (validation_.empty()) {
      keep_best(0);
      return std::nullopt;
    }
    network_->eval();
    const auto metrics = evaluation::evaluate(sequences_, validation_, item_counts_, network_ranker(network_),
                                              {.threads = 1, .batch = 128});
    if (metrics.cases == 0) {  // every case asks for an item already seen: all epochs score the same
      keep_best(0);
      return std::nullopt;
    }
    const double ndcg = metrics.ndcg[evaluation::kAtTen];
    if (progress_.best_weights.empty() || ndcg > progress_.best_ndcg) {
      keep_best(ndcg);
    } else {
      ++progress_.evaluations_without_gain;
    }
    return ndcg;
  }

  void keep_best(double ndcg) {
    progress_.best_ndcg = ndcg;
    progress_.best_epoch = progress_.epoch;
    progress_.evaluations_without_gain = 0;
    progress_.best_weights.clear();
    for (const auto& parameter : stepper_.adam().parameters)
      progress_.best_weights.push_back(parameter.detach().clone());
  }

  Result<void> save_progress() {
    if (options_.state == nullptr || progress_.best_weights.empty()) return {};
    progress_.weights = stepper_.adam().parameters;
    progress_.first_moments = stepper_.adam().first_moments;
    progress_.second_moments = stepper_.adam().second_moments;
    return options_.state->save(progress_);
  }

  Trained finish(bool resumed) {
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < stepper_.adam().parameters.size(); ++i) {
      stepper_.adam().parameters[i].copy_(progress_.best_weights[i]);
    }
    stepper_.adam().parameters.front()[0].zero_();  // the padding row, never trained but moved by weight decay
    network_->to(at::kCPU);
    network_->eval();
    auto seconds = progress_.epoch_seconds;
    std::ranges::sort(seconds);
    return {.network = network_,
            .best_epoch = progress_.best_epoch,
            .epochs = progress_.epoch,
            .best_ndcg = progress_.best_ndcg,
            .seconds_per_epoch = seconds.empty() ? 0.0 : seconds[seconds.size() / 2],
            .resumed = resumed};
  }

  const dataset::Sequences& sequences_;
  const Settings& settings_;
  const TrainOptions& options_;
  Sampler sampler_;
  std::vector<dataset::Case> validation_;
  std::vector<std::uint32_t> item_counts_;  // all 0: popularity of what is ranked is not asked while training
  Sasrec network_;
  Stepper stepper_;
  std::size_t steps_per_epoch_;
  Progress progress_;
};

}  // namespace

Result<Trained> train(const dataset::Sequences& sequences, const dataset::Split& split, const Settings& settings,
                      const TrainOptions& options) {
  return Run(sequences, split, settings, options).run();
}

Result<at::Device> parse_device(const std::string& text) {
  if (text == "cpu") return at::Device(at::kCPU);
  if (text != "auto" && text != "cuda") {
    return fail(ErrorCode::kInvalidInput, "device \"{}\" is not one of auto, cpu, cuda", text);
  }
  // Torch's CUDA part registers itself when it is loaded; it is not linked, so that machines without a GPU need neither
  // it nor a driver.
  const void* library = ::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
  const char* reason =
      library == nullptr ? ::dlerror() : nullptr;  // NOLINT(concurrency-mt-unsafe): no other thread loads
  if (library != nullptr && torch::cuda::is_available()) return at::Device(at::kCUDA, 0);
  if (text == "auto") return at::Device(at::kCPU);
  return fail(ErrorCode::kInvalidInput, "device cuda: {}; use --device cpu or auto",
              reason != nullptr ? reason : "no usable NVIDIA GPU was found");
}

}  // namespace sasrec::training
