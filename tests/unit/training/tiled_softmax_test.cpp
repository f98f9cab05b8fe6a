#include "training/tiled_softmax.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>
#include <string>
#include <tuple>

namespace sasrec::training {
namespace {

using at::Tensor;

/// Random logits about as spread as a trained model's, with some items left out for some tokens.
SoftmaxProblem make_problem(std::int64_t tokens, std::int64_t items, std::int64_t hidden, bool with_offsets) {
  torch::manual_seed(tokens * 7 + items);
  SoftmaxProblem problem{.states = torch::randn({tokens, hidden}) * 2.0,
                         .positives = torch::randn({tokens, hidden}),
                         .items = torch::randn({items, hidden}),
                         .offsets = with_offsets ? torch::randn({items}) : Tensor(),
                         .left_out = {}};
  for (std::int64_t t = 0; t < tokens; ++t) {
    problem.left_out.begin.push_back(problem.left_out.rows.size());
    for (std::int64_t row = t % 3; row < items; row += 5 + 50 * (t % 2)) {
      problem.left_out.rows.push_back(static_cast<std::size_t>(row));
    }
  }
  problem.left_out.begin.push_back(problem.left_out.rows.size());
  return problem;
}

/// The same by the book, in fp64 and by autograd.
SoftmaxGradients plain_softmax(const SoftmaxProblem& problem) {
  const auto states = problem.states.to(torch::kDouble).requires_grad_();
  const auto items = problem.items.to(torch::kDouble).requires_grad_();
  const auto positive = (states.detach() * problem.positives).sum(1).requires_grad_();
  auto left_out = torch::zeros({states.size(0), items.size(0)}, torch::kBool);
  for (std::int64_t t = 0; t < states.size(0); ++t) {
    const auto& [begin, rows] = problem.left_out;
    const auto token = static_cast<std::size_t>(t);
    for (auto i = begin[token]; i < begin[token + 1]; ++i) left_out[t][static_cast<std::int64_t>(rows[i])] = true;
  }
  auto logits = states.mm(items.t());
  if (problem.offsets.defined()) logits = logits - problem.offsets;
  logits = logits.masked_fill(left_out, -std::numeric_limits<double>::infinity());
  const auto all = torch::cat({positive.unsqueeze(1), logits}, 1);
  const auto loss = (all.logsumexp(1) - positive).mean();
  loss.backward();
  return {.loss = loss.item<double>(),
          .states = states.grad() + positive.grad().unsqueeze(1) * problem.positives,
          .items = items.grad(),
          .positive_logits = positive.grad()};
}

void expect_near(const Tensor& ours, const Tensor& theirs, const char* what) {
  ASSERT_EQ(ours.sizes(), theirs.sizes()) << what;
  const double largest = theirs.abs().max().item<double>();
  EXPECT_LE((ours - theirs).abs().max().item<double>(), 1e-5 * largest) << what;
}

void expect_same(const SoftmaxGradients& ours, const SoftmaxGradients& theirs) {
  EXPECT_NEAR(ours.loss, theirs.loss, 1e-5 * theirs.loss);
  expect_near(ours.states, theirs.states, "states");
  expect_near(ours.items, theirs.items, "items");
  expect_near(ours.positive_logits, theirs.positive_logits, "positives");
}

/// Runs a test on every instruction set of this CPU.
class TiledSoftmaxTest : public testing::TestWithParam<const kernels::Kernels*> {};
INSTANTIATE_TEST_SUITE_P(All, TiledSoftmaxTest,
                         testing::ValuesIn(kernels::available().begin(), kernels::available().end()),
                         [](const auto& of) { return std::string(of.param->name); });

TEST_P(TiledSoftmaxTest, IsThePlainFormulaAtEverySize) {
  for (const auto& [tokens, items, hidden] :
       {std::tuple{1, 1, 1}, {5, 3, 16}, {95, 192, 6}, {96, 193, 32}, {97, 700, 50}, {200, 1000, 64}}) {
    for (const bool with_offsets : {false, true}) {
      SCOPED_TRACE(testing::Message() << tokens << " tokens, " << items << " items, hidden " << hidden);
      const auto problem = make_problem(tokens, items, hidden, with_offsets);
      expect_same(tiled_softmax(problem, *GetParam()), plain_softmax(problem));
    }
  }
}

TEST_P(TiledSoftmaxTest, ThreadsShareTheItems) {
  const auto problem = make_problem(150, 1000, 20, true);
  const auto expected = plain_softmax(problem);
  const int threads = at::get_num_threads();
  for (const int count : {1, 2, 3, 8}) {
    at::set_num_threads(count);
    expect_same(tiled_softmax(problem, *GetParam()), expected);
  }
  at::set_num_threads(threads);
}

TEST_P(TiledSoftmaxTest, RunsWithinAThreadOfTorch) {
  const auto problem = make_problem(100, 500, 16, false);
  const auto expected = plain_softmax(problem);
  std::vector<SoftmaxGradients> answers(3);
  at::parallel_for(0, 3, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) answers[static_cast<std::size_t>(i)] = tiled_softmax(problem, *GetParam());
  });
  for (const auto& answer : answers) expect_same(answer, expected);
}

TEST_P(TiledSoftmaxTest, LogitsMayRiseTileByTileAndBeHuge) {
  auto problem = make_problem(10, 1000, 1, false);
  problem.states.fill_(1.0);
  problem.positives.zero_();
  problem.items.copy_(torch::arange(0, 10'000, 10).unsqueeze(1));
  problem.left_out = {.begin = std::vector<std::size_t>(11), .rows = {}};
  expect_same(tiled_softmax(problem, *GetParam()), plain_softmax(problem));
}

TEST_P(TiledSoftmaxTest, WithEverythingLeftOutThereIsNoLoss) {
  auto problem = make_problem(2, 2, 16, false);
  problem.left_out = {.begin = {0, 2, 4}, .rows = {0, 1, 0, 1}};
  const auto answer = tiled_softmax(problem, *GetParam());
  EXPECT_EQ(answer.loss, 0);
  EXPECT_EQ(answer.states.abs().max().item<double>(), 0);
  EXPECT_EQ(answer.items.abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace sasrec::training
