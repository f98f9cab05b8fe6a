#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/utils.h>

#include <array>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <vector>

#include "benchmarks/cases.hpp"
#include "benchmarks/resident_memory.hpp"
#include "training/losses.hpp"

namespace sasrec::benchmarks {
namespace {

using at::Tensor;

constexpr std::int64_t kItems = 54'542;
constexpr std::int64_t kHidden = 64;

/// States as a final layer norm leaves them, and a table that gives logits of a trained model's spread.
struct Problem {
  explicit Problem(std::int64_t tokens)
      : states(at::randn({tokens, kHidden}).requires_grad_()),
        table((at::randn({kItems + 1, kHidden}) * 0.25).requires_grad_()),
        targets(at::randint(1, kItems + 1, {tokens}, at::kLong)) {}

  Tensor states, table, targets;
};

struct Answer {
  double loss = 0;
  std::vector<Tensor> gradients;  ///< by states and table
};

using Loss = std::function<Tensor(const Tensor& states, const Tensor& table, const Tensor& targets)>;

Answer answer(const Loss& loss, const Problem& problem) {
  const auto value = loss(problem.states, problem.table, problem.targets);
  auto gradients = torch::autograd::grad({value}, {problem.states, problem.table});
  return {.loss = value.item<double>(), .gradients = std::move(gradients)};
}

/// The tokens dealt to the threads as training::Stepper deals its sequences, each share with gradients of its own.
Answer answer_in_shares(const Loss& loss, const Problem& problem, std::int64_t shares) {
  const auto states = problem.states.chunk(shares);
  const auto targets = problem.targets.chunk(shares);
  std::vector<Answer> parts(states.size());
  at::parallel_for(0, static_cast<std::int64_t>(parts.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    const at::AutoGradMode with_gradients(true);
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      const auto value = loss(states[i], problem.table, targets[i]);
      parts[i].gradients = torch::autograd::grad({value}, {states[i], problem.table});
      parts[i].loss = value.item<double>();
    }
  });
  for (std::size_t i = 1; i < parts.size(); ++i) parts[0].gradients[1].add_(parts[i].gradients[1]);
  return std::move(parts[0]);
}

Tensor plain_cross_entropy(const Tensor& states, const Tensor& table, const Tensor& targets) {
  return at::cross_entropy_loss(states.mm(table.narrow(0, 1, kItems).t()), targets - 1);
}

void require_same(const Answer& ours, const Answer& theirs) {
  bool same = std::abs(ours.loss - theirs.loss) <= 1e-4 * theirs.loss;
  for (std::size_t i = 0; i < theirs.gradients.size(); ++i) {
    const auto largest = theirs.gradients[i].abs().max().item<double>();
    const auto difference = (ours.gradients[i] - theirs.gradients[i]).abs().max().item<double>();
    same = same && difference <= 1e-4 * largest;
  }
  if (!same) {
    throw std::runtime_error(
        fmt::format("our softmax loss ({}) and LibTorch's ({}), or their gradients, differ", ours.loss, theirs.loss));
  }
}

}  // namespace

std::vector<Row> softmax_case(const MachineLimits& limits) {
  constexpr std::size_t kRounds = 5;
  const auto threads = static_cast<std::int64_t>(limits.threads);
  at::set_num_threads(static_cast<int>(threads));
  torch::manual_seed(7);
  std::vector<Row> rows;
  for (const std::int64_t tokens : {6400, 1600}) {
    const Problem problem(tokens);
    const auto ours = [&] {
      return answer(training::softmax_loss, problem);
    };
    const auto theirs = [&] {
      return answer(plain_cross_entropy, problem);
    };
    require_same(ours(), theirs());
    const double our_memory = resident_peak_of([&] { ours(); });
    const double their_memory = resident_peak_of([&] { theirs(); });
    const auto timings = race(std::array{Contender{[&] {
                                           ours();
                                         }},
                                         Contender{[&] {
                                           answer_in_shares(training::softmax_loss, problem, threads);
                                         }},
                                         Contender{[&] {
                                           theirs();
                                         }}},
                              kRounds);
    const double work = 3.0 * static_cast<double>(tokens * kItems * kHidden);
    const auto row = [&](const char* how, const Timing& timing, std::optional<double> bar) {
      return Row{.name = fmt::format("softmax loss and gradients, {} tokens, {} items, {}", tokens, kItems, how),
                 .ours = timing,
                 .peer = "LibTorch cross-entropy",
                 .theirs = timings[2],
                 .bar = bar,
                 .share = Share{work / (timing.median * 1e-3) / limits.multiply_all, "multiply-adds"}};
    };
    rows.push_back(row("one call", timings[0], 4.0));
    rows.back().share->limit +=
        fmt::format("; at most {:.0f} MiB, LibTorch {:.0f}", our_memory / 0x1p20, their_memory / 0x1p20);
    rows.push_back(row("a share for each thread", timings[1], 4.0));
  }
  return rows;
}

}  // namespace sasrec::benchmarks
