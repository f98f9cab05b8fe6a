#include "evaluation/seen_items.hpp"

namespace sasrec::evaluation {

SeenItems::SeenItems(const dataset::Sequences& sequences, std::size_t items)
    : sequences_(sequences), marks_(items + 1, 0) {}

void SeenItems::move_to(dataset::Case where) {
  if (where.user != at_.user || where.position < at_.position) {
    // Only the marks that were set: clearing all of them would cost a pass over the catalogue per user.
    for (const auto item : distinct_) marks_[item.value] = 0;
    distinct_.clear();
    at_ = {.user = where.user, .position = 0};
  }
  for (const auto item : sequences_.of(where.user).subspan(at_.position, where.position - at_.position)) {
    if (item == base::kPadding || contains(item)) continue;
    marks_[item.value] = 1;
    distinct_.push_back(item);
  }
  at_ = where;
}

}  // namespace sasrec::evaluation
