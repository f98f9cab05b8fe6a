#include "dataset/interner.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace sasrec::dataset {

std::uint32_t Interner::number(std::string_view text) {
  if (strings_.size() * 2 >= slots_.size()) grow();  // linear probing is slow in a table more than half full
  // The low bits choose the slot, the high bits are compared, so that equal slots rarely mean equal bits.
  const auto full_hash = std::hash<std::string_view>{}(text);
  const auto hash = static_cast<std::uint32_t>(full_hash >> 32U);
  const auto mask = slots_.size() - 1;
  for (auto at = full_hash & mask;; at = (at + 1) & mask) {
    auto& slot = slots_[at];
    if (slot.number == 0) {
      strings_.emplace_back(text);
      slot = {.hash = hash, .number = static_cast<std::uint32_t>(strings_.size())};
      return slot.number - 1;
    }
    if (slot.hash == hash && strings_[slot.number - 1] == text) return slot.number - 1;
  }
}

void Interner::grow() {
  constexpr std::size_t kFirstSlots = 64;
  const auto old = std::exchange(slots_, std::vector<Slot>(std::max(kFirstSlots, slots_.size() * 2)));
  const auto mask = slots_.size() - 1;
  for (const auto& slot : old) {
    if (slot.number == 0) continue;
    auto at = std::hash<std::string_view>{}(strings_[slot.number - 1]) & mask;
    while (slots_[at].number != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

std::vector<std::string> Interner::release() {
  slots_.clear();
  return std::exchange(strings_, {});
}

}  // namespace sasrec::dataset
