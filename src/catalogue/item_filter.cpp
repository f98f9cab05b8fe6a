#include "catalogue/item_filter.hpp"

#include <algorithm>
#include <utility>

namespace sasrec::catalogue {

ItemFilter::ItemFilter(std::shared_ptr<const Catalogue> catalogue, const base::Vocabulary& vocabulary)
    : catalogue_(std::move(catalogue)) {
  for (const auto& item : catalogue_->items()) {
    const auto index = vocabulary.find(item.id);
    if (index == base::kPadding) continue;
    if (!item.available) unavailable_.push_back(index);
    for (const auto& category : item.categories) categories_[category].push_back(index);
  }
  for (auto& [category, items] : categories_) {
    std::ranges::sort(items);
    const auto repeated = std::ranges::unique(items);
    items.erase(repeated.begin(), repeated.end());
    items.shrink_to_fit();
  }
}

std::span<const base::ItemIndex> ItemFilter::in_category(std::string_view category) const {
  const auto found = categories_.find(category);
  if (found == categories_.end()) return {};
  return found->second;
}

}  // namespace sasrec::catalogue
