#include "parity/random_network.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/mv.h>
#include <c10/core/InferenceMode.h>

#include <random>

namespace sasrec::test {
namespace {

std::vector<float> values_of(const at::Tensor& tensor) {
  const auto whole = tensor.contiguous();
  const auto* const first = whole.data_ptr<float>();
  return {first, first + whole.numel()};
}

}  // namespace

training::Sasrec random_network(const checkpoint::ModelConfig& config, std::uint64_t seed) {
  at::set_num_threads(1);  // so small a model is slowed down by more
  training::Sasrec network(config);
  const at::NoGradGuard no_grad;
  at::manual_seed(seed);
  for (auto& parameter : network->named_parameters()) {
    const bool is_norm_weight = parameter.key().ends_with("norm.weight");
    parameter.value().normal_(is_norm_weight ? 1.0 : 0.0, 0.4);
  }
  network->named_parameters()["item_embedding"][0].zero_();
  network->eval();
  return network;
}

std::vector<std::vector<base::ItemIndex>> histories_of_all_lengths(const checkpoint::ModelConfig& config) {
  std::mt19937 random(11);  // NOLINT(bugprone-random-generator-seed): the same histories in every run
  std::vector<std::vector<base::ItemIndex>> histories;
  for (const auto length :
       {std::size_t{1}, std::size_t{2}, config.max_length - 1, config.max_length, config.max_length + 5}) {
    auto& history = histories.emplace_back();
    while (history.size() < length) history.push_back({1 + static_cast<std::uint32_t>(random() % config.items)});
  }
  return histories;
}

NetworkAnswer ask(training::Sasrec network, std::span<const base::ItemIndex> history) {
  const c10::InferenceMode inference;
  const std::vector asked{history};
  const auto state = network->final_states(network->pack_histories(asked))[0];
  return {values_of(state), values_of(at::mv(network->item_table(), state))};
}

}  // namespace sasrec::test
