#include "training/ranker.hpp"

#include <ATen/ops/mm.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/ids.hpp"

namespace sasrec::training {

evaluation::Ranker network_ranker(Sasrec network) {
  return [network](std::span<const evaluation::History> histories, std::span<float> scores) mutable {
    const c10::InferenceMode inference;
    const std::size_t columns = network->config().items + 1;
    std::fill(scores.begin(), scores.end(), 0.0F);
    std::vector<std::vector<base::ItemIndex>> known;
    std::vector<std::span<const base::ItemIndex>> asked;
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < histories.size(); ++row) {
      std::vector<base::ItemIndex> items;
      std::ranges::copy_if(histories[row], std::back_inserter(items),
                           [](base::ItemIndex item) { return item != base::kPadding; });
      if (items.empty()) continue;
      known.push_back(std::move(items));
      rows.push_back(row);
    }
    if (known.empty()) return;
    for (const auto& items : known) asked.emplace_back(items);
    const auto table = network->item_table();
    const auto states = network->final_states(network->pack_histories(asked));
    const auto ranked = at::mm(states, table.t()).cpu().contiguous();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::memcpy(scores.data() + rows[i] * columns + 1, ranked.data_ptr<float>() + i * (columns - 1),
                  (columns - 1) * sizeof(float));
    }
  };
}

}  // namespace sasrec::training
