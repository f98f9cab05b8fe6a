#include "base/vocabulary.hpp"

#include <cassert>

namespace sasrec::base {

Result<Vocabulary> Vocabulary::build(std::vector<std::string> ids) {
  Vocabulary vocabulary;
  vocabulary.ids_ = std::move(ids);
  vocabulary.index_.reserve(vocabulary.ids_.size());
  for (std::size_t n = 0; n < vocabulary.ids_.size(); ++n) {
    const std::string_view id = vocabulary.ids_[n];
    if (const auto problem = id_problem(id); !problem.empty()) {
      return fail(ErrorCode::kInvalidInput, "vocabulary line {}: item id {}", n + 1, problem);
    }
    const ItemIndex index{static_cast<std::uint32_t>(n + 1)};
    // The key refers to the string in ids_, which does not move any more: its vector has its final size.
    const auto [known, is_new] = vocabulary.index_.try_emplace(id, index);
    if (!is_new) {
      return fail(ErrorCode::kInvalidInput, "vocabulary line {}: item id \"{}\" is already in line {}", n + 1, id,
                  known->second.value);
    }
  }
  return vocabulary;
}

ItemIndex Vocabulary::find(std::string_view id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? kPadding : found->second;
}

const std::string& Vocabulary::id(ItemIndex index) const {
  assert(index.value >= 1 && index.value <= ids_.size());
  return ids_[index.value - 1];
}

}  // namespace sasrec::base
