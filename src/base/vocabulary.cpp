#include "base/vocabulary.hpp"

#include <bit>
#include <cassert>
#include <functional>

namespace sasrec::base {
namespace {

constexpr unsigned kTagShift = 32;  // the slot is chosen by the other half

std::uint32_t tag_of(std::size_t hash) {
  return static_cast<std::uint32_t>(hash >> kTagShift);
}

}  // namespace

Result<Vocabulary> Vocabulary::build(std::vector<std::string> ids) {
  Vocabulary vocabulary;
  vocabulary.ids_ = std::move(ids);
  vocabulary.slots_.resize(std::bit_ceil(2 * vocabulary.ids_.size() + 1));
  for (std::size_t n = 0; n < vocabulary.ids_.size(); ++n) {
    const std::string_view id = vocabulary.ids_[n];
    if (const auto problem = id_problem(id); !problem.empty()) {
      return fail(ErrorCode::kInvalidInput, "vocabulary line {}: item id {}", n + 1, problem);
    }
    auto& slot = vocabulary.slots_[vocabulary.slot_of(id)];
    if (slot.index != kPadding) {
      return fail(ErrorCode::kInvalidInput, "vocabulary line {}: item id \"{}\" stands already in line {}", n + 1, id,
                  slot.index.value);
    }
    slot = {tag_of(std::hash<std::string_view>()(id)), ItemIndex{static_cast<std::uint32_t>(n + 1)}};
  }
  return vocabulary;
}

std::size_t Vocabulary::slot_of(std::string_view id) const {
  const auto hash = std::hash<std::string_view>()(id);
  const auto tag = tag_of(hash);
  const auto mask = slots_.size() - 1;
  auto at = hash & mask;
  while (slots_[at].index != kPadding && (slots_[at].tag != tag || ids_[slots_[at].index.value - 1] != id)) {
    at = (at + 1) & mask;
  }
  return at;
}

ItemIndex Vocabulary::find(std::string_view id) const {
  return slots_[slot_of(id)].index;
}

const std::string& Vocabulary::id(ItemIndex index) const {
  assert(index.value >= 1 && index.value <= ids_.size());
  return ids_[index.value - 1];
}

}  // namespace sasrec::base
