// One request on one thread: encode a history, then the ten best items, for each instruction set of this CPU.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <map>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "checkpoint/config.hpp"
#include "kernels/kernels.hpp"
#include "model/encoder.hpp"
#include "retrieval/item_table.hpp"

namespace {

using namespace sasrec;

constexpr std::size_t kItems = 3416;  // ML-1M
constexpr std::size_t kBest = 10;

checkpoint::ModelConfig config_of(std::size_t hidden, std::size_t heads) {
  return {.items = kItems, .hidden = hidden, .heads = heads, .blocks = 2, .max_length = 200, .feed_forward = hidden};
}

/// Random weights of the size that training gives.
class Tensors {
 public:
  explicit Tensors(const checkpoint::ModelConfig& config) {
    std::mt19937 random(1);
    std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
    for (const auto& spec : checkpoint::tensor_specs(config)) {
      std::size_t size = 1;
      for (const auto extent : spec.shape) {
        size *= static_cast<std::size_t>(extent);
      }
      const float scale = spec.shape.size() == 1 ? 0.1F : 1.5F / std::sqrt(static_cast<float>(spec.shape.back()));
      const float offset = spec.name.ends_with("norm.weight") ? 1.0F : 0.0F;
      auto& values = values_[spec.name];
      for (std::size_t i = 0; i < size; ++i) {
        values.push_back(offset + scale * uniform(random));
      }
    }
  }
  std::span<const float> operator()(std::string_view name) const { return values_.at(std::string(name)); }

 private:
  std::map<std::string, std::vector<float>> values_;
};

struct Engine {
  Engine(const checkpoint::ModelConfig& config, const Tensors& tensors, const kernels::Kernels& kernels)
      : encoder(config, tensors, kernels),
        table(tensors("item_embedding"), config.items, config.hidden, kernels),
        workspace(encoder.make_workspace()),
        exclusions(config.items),
        state(config.hidden) {}

  void encode(std::span<const base::ItemIndex> history) { encoder.encode(history, workspace, state); }
  void top_k(std::span<const base::ItemIndex> history) {
    exclusions.clear();
    for (const auto item : history) {
      exclusions.add(item);
    }
    table.top_k(state, kBest, exclusions, best);
  }

  model::Encoder encoder;
  retrieval::ItemTable table;
  model::Workspace workspace;
  retrieval::Exclusions exclusions;
  std::vector<float> state;
  std::vector<retrieval::ScoredItem> best;
};

std::vector<base::ItemIndex> history_of(std::size_t length) {
  std::mt19937 random(2);
  std::vector<base::ItemIndex> history(length);
  for (auto& item : history) {
    item.value = static_cast<std::uint32_t>(1 + random() % kItems);
  }
  return history;
}

template <class Work>
void add(const std::string& name, const checkpoint::ModelConfig& config, const kernels::Kernels& kernels,
         const Work& work) {
  benchmark::RegisterBenchmark(name.c_str(), [config, &kernels, work](benchmark::State& state) {
    const Tensors tensors(config);
    Engine engine(config, tensors, kernels);
    const auto history = history_of(200);
    engine.encode(history);
    for (auto _ : state) {
      work(engine);
      benchmark::DoNotOptimize(engine.state.data());
    }
  })->Unit(benchmark::kMicrosecond);
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto* kernels : kernels::available()) {
    for (const auto& [hidden, heads] : {std::pair{64, 1}, std::pair{64, 2}, std::pair{50, 1}}) {
      const auto config = config_of(static_cast<std::size_t>(hidden), static_cast<std::size_t>(heads));
      const std::string set =
          std::string(kernels->name) + "/hidden:" + std::to_string(hidden) + "/heads:" + std::to_string(heads);
      for (const std::size_t length : {50U, 200U}) {
        const std::string suffix = "/" + set + "/history:" + std::to_string(length);
        const auto history = history_of(length);
        add("encode" + suffix, config, *kernels, [history](Engine& engine) { engine.encode(history); });
        add("request" + suffix, config, *kernels, [history](Engine& engine) {
          engine.encode(history);
          engine.top_k(history);
        });
      }
      const auto history = history_of(200);
      add("top_10/" + set, config, *kernels, [history](Engine& engine) { engine.top_k(history); });
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
