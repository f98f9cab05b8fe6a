#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <array>
#include <utility>

#include "benchmarks/cases.hpp"
#include "benchmarks/engine.hpp"
#include "benchmarks/libtorch_peer.hpp"
#include "benchmarks/multiply_adds.hpp"
#include "benchmarks/onnx_peer.hpp"
#include "benchmarks/same_answer.hpp"
#include "benchmarks/torchscript_peer.hpp"
#include "kernels/kernels.hpp"

namespace sasrec::benchmarks {
namespace {

struct Peer {
  std::string name;
  std::optional<double> bar;
  Contender contender;  ///< answers the history
};

constexpr std::size_t kRepetitions = 10;
constexpr std::size_t kLong = 200;

/// The bars are those of the long history; beside LibTorch eager there is one for the short one too.
std::optional<double> bar_of_long(double bar, const History& history) {
  return history.size() == kLong ? std::optional(bar) : std::nullopt;
}

double bar_of_eager(const History& history) {
  const bool wide = std::string_view(kernels::best().name).starts_with("avx512");
  return wide && history.size() == kLong ? 12 : 8;
}

/// Ours with `kernels` as a peer of ours with the best.
Peer engine_peer(const checkpoint::ModelConfig& config, const RandomWeights& weights, const kernels::Kernels& kernels,
                 const History& history) {
  const auto engine = std::make_shared<Engine>(config, weights, kernels);
  return {fmt::format("sasrec, {}", kernels.name), {}, {[engine, history] { engine->answer(history); }, kRepetitions}};
}

Peer libtorch_peer(const checkpoint::ModelConfig& config, const RandomWeights& weights, AttentionKind kind,
                   const History& history, const Engine& ours) {
  const bool dense = kind == AttentionKind::kDense;
  const std::string name = dense ? "LibTorch eager" : "LibTorch SDPA";
  LibtorchPeer network(config, kind);
  network->load(weights);
  network->eval();
  require_same_answer(ours.best, network->top_k(history, kBest), name);
  return {name,
          dense ? bar_of_eager(history) : bar_of_long(3.5, history),
          {[network, history]() mutable { network->top_k(history, kBest); }, kRepetitions}};
}

Peer torchscript_peer(const checkpoint::ModelConfig& config, const RandomWeights& weights, const History& history,
                      const Engine& ours) {
  const auto module = std::make_shared<TorchscriptPeer>(config, weights);
  const std::string name = "TorchScript";
  constexpr int kCallsUntilOptimised = 5;
  for (int call = 0; call < kCallsUntilOptimised; ++call) {
    require_same_answer(ours.best, module->top_k(history, kBest), name);
  }
  return {name, {}, {[module, history] { module->top_k(history, kBest); }, kRepetitions}};
}

Peer onnx_peer(const std::filesystem::path& python, const checkpoint::ModelConfig& config, const RandomWeights& weights,
               const History& history, const Engine& ours) {
  const auto session = std::make_shared<OnnxPeer>(python, config, weights, history, kBest, kRepetitions);
  const std::string name = "ONNX Runtime";
  require_same_answer(ours.best, session->best(), name);
  return {name, bar_of_long(3, history), {.run = {}, .timed_run = [session] {
                                            return session->time_request();
                                          }}};
}

/// What is compared with ours for this history; each has given the same answer.
std::vector<Peer> peers_for(const std::filesystem::path& python, const checkpoint::ModelConfig& config,
                            const RandomWeights& weights, const History& history, Engine& ours) {
  ours.answer(history);
  std::vector<Peer> peers;
  for (const auto kind : {AttentionKind::kDense, AttentionKind::kFused}) {
    peers.push_back(libtorch_peer(config, weights, kind, history, ours));
  }
  peers.push_back(torchscript_peer(config, weights, history, ours));
  peers.push_back(onnx_peer(python, config, weights, history, ours));
  for (const auto* const kernels : kernels::available()) {
    if (kernels != &kernels::best()) peers.push_back(engine_peer(config, weights, *kernels, history));
  }
  return peers;
}

}  // namespace

std::vector<Row> request_case(const MachineLimits& limits, const std::filesystem::path& python) {
  at::set_num_threads(1);
  const auto config = movie_lens_config();
  const RandomWeights weights(config);
  Engine ours(config, weights, kernels::best());
  std::vector<Row> rows;
  for (const std::size_t length : {kLong, std::size_t{50}}) {
    const auto history = random_history(config.items, length);
    const auto peers = peers_for(python, config, weights, history, ours);
    std::vector<Contender> contenders{{[&] { ours.answer(history); }, kRepetitions}};
    for (const auto& peer : peers) contenders.push_back(peer.contender);
    const auto timings = race(contenders, 101, Clock::kThread);

    const double work = multiply_adds_of_newest(config, length) + static_cast<double>(config.items * config.hidden);
    for (std::size_t i = 0; i < peers.size(); ++i) {
      rows.push_back({.name = fmt::format("one request, {} items of history", length),
                      .ours = timings.front(),
                      .peer = peers[i].name,
                      .theirs = timings[i + 1],
                      .bar = peers[i].bar,
                      .share = Share{work / (timings.front().median * 1e-3) / limits.multiply_one, "multiply-adds"}});
    }
  }
  return rows;
}

}  // namespace sasrec::benchmarks
