#include "training/export.hpp"

#include <ATen/ops/mv.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <random>
#include <utility>

#include "training/best_positions.hpp"

namespace sasrec::training {
namespace {

constexpr std::size_t kGoldenTop = 10;

checkpoint::GoldenAnswer golden_answer(Sasrec& network, const base::Vocabulary& vocabulary,
                                       const std::vector<base::ItemIndex>& history) {
  const std::vector<std::span<const base::ItemIndex>> asked{history};
  const auto state = network->final_states(network->pack_histories(asked))[0];
  const auto scores = at::mv(network->item_table(), state).contiguous();
  const std::span values(scores.data_ptr<float>(), vocabulary.size());
  for (const auto item : history) values[item.value - 1] = -std::numeric_limits<float>::infinity();
  checkpoint::GoldenAnswer answer;
  for (const auto item : history) answer.history.push_back(vocabulary.id(item));
  for (const auto best : best_positions(values, kGoldenTop)) {
    answer.top.push_back({vocabulary.id({best + 1}), values[best]});
  }
  return answer;
}

}  // namespace

ModelDraft draft_of(Sasrec network, const base::Vocabulary& vocabulary,
                    const std::vector<std::vector<base::ItemIndex>>& golden_histories) {
  const c10::InferenceMode inference;
  ModelDraft result;
  result.draft.config = network->config();
  result.draft.vocabulary = vocabulary.ids();
  const auto parameters = network->named_parameters();
  for (const auto& spec : checkpoint::tensor_specs(network->config())) {
    const auto weight = parameters[spec.name].detach().contiguous();
    result.weights.push_back(weight);
    result.draft.tensors.push_back(
        {spec.name, spec.shape, {weight.data_ptr<float>(), static_cast<std::size_t>(weight.numel())}});
  }
  for (const auto& history : golden_histories) {
    auto answer = golden_answer(network, vocabulary, history);
    if (!answer.top.empty()) result.draft.golden.push_back(std::move(answer));
  }
  return result;
}

std::vector<std::vector<base::ItemIndex>> invent_golden_histories(std::size_t items, std::size_t max_length) {
  // Short ones, because position counting and padding matter most there; one that fills the window, and one beyond it.
  // Every load computes the answers again, so a very wide window is not filled.
  const auto window = std::min<std::size_t>(max_length, 256);
  const std::array<std::size_t, 8> lengths{2, 1, 3, 5, 9, 17, window, window + 3};
  std::mt19937 random(20);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same histories every time
  std::vector<std::vector<base::ItemIndex>> invented;
  for (const auto length : lengths) {
    std::vector<base::ItemIndex> history;
    for (std::size_t n = 0; n < length; ++n) history.push_back({static_cast<std::uint32_t>(1 + random() % items)});
    invented.push_back(std::move(history));
  }
  return invented;
}

checkpoint::Reference reference_of(const dataset::Sequences& sequences, const dataset::Split& split,
                                   const std::vector<std::uint32_t>& item_counts,
                                   std::span<const monitoring::ReferenceWindows> drift) {
  std::vector<std::uint64_t> bins;
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    const std::uint32_t length = split.train_length[user];
    if (length == 0) continue;
    const auto bin = static_cast<std::size_t>(std::bit_width(length)) - 1;
    if (bins.size() <= bin) bins.resize(bin + 1);
    ++bins[bin];
  }
  return {.item_counts = {item_counts.begin() + 1, item_counts.end()},  // without padding
          .history_lengths = std::move(bins),
          .drift = monitoring::write_windows(drift)};
}

}  // namespace sasrec::training
