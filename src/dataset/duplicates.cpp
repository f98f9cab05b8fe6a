#include "dataset/duplicates.hpp"

#include <bit>
#include <cassert>
#include <cstdint>
#include <limits>

namespace sasrec::dataset {
namespace {

std::uint64_t mixed(std::uint64_t value) {  // the finaliser of MurmurHash3
  value ^= value >> 33U;
  value *= 0xFF51AFD7ED558CCDULL;
  value ^= value >> 33U;
  value *= 0xC4CEB9FE1A85EC53ULL;
  return value ^ (value >> 33U);
}

std::uint64_t hash_of(const Interaction& interaction) {
  const auto pair = (std::uint64_t{interaction.user} << 32U) | interaction.item.value;
  return mixed(mixed(pair) ^ static_cast<std::uint64_t>(interaction.time));
}

bool same(const Interaction& a, const Interaction& b) {
  return a.user == b.user && a.item == b.item && a.time == b.time;
}

}  // namespace

std::size_t drop_duplicates(std::vector<Interaction>& interactions) {
  assert(interactions.size() < std::numeric_limits<std::uint32_t>::max());
  // A hash table with open addressing. A slot holds a position in `interactions` plus one; 0 is a free slot. It is far
  // smaller than a set of interactions, which matters for large logs.
  std::vector<std::uint32_t> slots(std::bit_ceil(interactions.size() * 2 + 1));
  const auto mask = slots.size() - 1;
  std::size_t kept = 0;
  for (const auto& interaction : interactions) {
    auto at = hash_of(interaction) & mask;
    while (slots[at] != 0 && !same(interactions[slots[at] - 1], interaction)) at = (at + 1) & mask;
    if (slots[at] != 0) continue;
    interactions[kept++] = interaction;
    slots[at] = static_cast<std::uint32_t>(kept);
  }
  const auto dropped = interactions.size() - kept;
  interactions.resize(kept);
  return dropped;
}

}  // namespace sasrec::dataset
