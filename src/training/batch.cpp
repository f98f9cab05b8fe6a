#include "training/batch.hpp"

#include <ATen/ops/tensor.h>

#include <algorithm>

namespace sasrec::training {

PackedSequences pack(std::span<const std::span<const base::ItemIndex>> histories, std::size_t max_length,
                     at::Device device, PadTo pad_to) {
  std::vector<std::int64_t> items;
  std::vector<std::int64_t> positions;
  std::vector<std::int64_t> last;
  PackedSequences packed;
  for (auto history : histories) {
    if (history.size() > max_length) history = history.last(max_length);
    const std::size_t missing = max_length - history.size();
    const std::size_t padding = pad_to == PadTo::kMaxLength ? missing : 0;
    items.insert(items.end(), padding, base::kPadding.value);
    for (const auto item : history) items.push_back(item.value);
    // Positions are counted from the end: the newest item always has the last one, whatever the length.
    for (auto position = missing - padding; position < max_length; ++position) {
      positions.push_back(static_cast<std::int64_t>(position));
    }
    packed.lengths.push_back(static_cast<std::int64_t>(padding + history.size()));
    last.push_back(static_cast<std::int64_t>(items.size()) - 1);
  }
  packed.items = at::tensor(items).to(device);
  packed.positions = at::tensor(positions).to(device);
  packed.last = at::tensor(last).to(device);
  return packed;
}

}  // namespace sasrec::training
