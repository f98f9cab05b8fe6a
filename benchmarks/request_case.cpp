#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <array>
#include <utility>

#include "benchmarks/cases.hpp"
#include "benchmarks/engine.hpp"
#include "benchmarks/libtorch_peer.hpp"
#include "benchmarks/multiply_adds.hpp"
#include "benchmarks/same_answer.hpp"
#include "kernels/kernels.hpp"

namespace sasrec::benchmarks {
namespace {

struct Peer {
  std::string name;
  std::optional<double> bar;
  std::function<void(const History&)> answer;
};

/// Ours with `kernels` as a peer of ours with the best.
Peer engine_peer(const checkpoint::ModelConfig& config, const RandomWeights& weights, const kernels::Kernels& kernels) {
  const auto engine = std::make_shared<Engine>(config, weights, kernels);
  return {fmt::format("sasrec, {}", kernels.name), {}, [engine](const History& history) {
            engine->answer(history);
          }};
}

Peer libtorch_peer(const checkpoint::ModelConfig& config, const RandomWeights& weights, AttentionKind kind,
                   const History& history, Engine& ours) {
  const bool dense = kind == AttentionKind::kDense;
  Peer peer{dense ? "LibTorch eager" : "LibTorch SDPA", dense ? 5.0 : 3.5, {}};
  LibtorchPeer network(config, kind);
  network->load(weights);
  network->eval();
  ours.answer(history);
  const auto best = network->top_k(history, kBest);
  require_same_answer(ours.best, best.scores, best.items, peer.name);
  peer.answer = [network](const History& asked) mutable {
    network->top_k(asked, kBest);
  };
  return peer;
}

}  // namespace

std::vector<Row> request_case(const MachineLimits& limits) {
  at::set_num_threads(1);
  const auto config = movie_lens_config();
  const RandomWeights weights(config);
  Engine ours(config, weights, kernels::best());
  std::vector<Row> rows;
  for (const std::size_t length : {200U, 50U}) {
    const auto history = random_history(config.items, length);
    std::vector<Peer> peers;
    for (const auto kind : {AttentionKind::kDense, AttentionKind::kFused}) {
      peers.push_back(libtorch_peer(config, weights, kind, history, ours));
    }
    for (const auto* const kernels : kernels::available()) {
      if (kernels != &kernels::best()) peers.push_back(engine_peer(config, weights, *kernels));
    }
    constexpr std::size_t kRepetitions = 10;
    std::vector<Contender> contenders{{[&] { ours.answer(history); }, kRepetitions}};
    for (const auto& peer : peers) contenders.push_back({[&] { peer.answer(history); }, kRepetitions});
    const auto timings = race(contenders, 101, Clock::kThread);

    const double work = multiply_adds_of_newest(config, length) + static_cast<double>(config.items * config.hidden);
    for (std::size_t i = 0; i < peers.size(); ++i) {
      rows.push_back({.name = fmt::format("one request, {} items of history", length),
                      .ours = timings.front(),
                      .peer = peers[i].name,
                      .theirs = timings[i + 1],
                      .bar = length == 200 ? peers[i].bar : std::nullopt,
                      .of_limit = share(work / (timings.front().median * 1e-3), limits.multiply_one, "multiply-adds")});
    }
  }
  return rows;
}

}  // namespace sasrec::benchmarks
