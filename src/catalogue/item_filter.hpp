#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/vocabulary.hpp"
#include "catalogue/catalogue.hpp"

namespace sasrec::catalogue {

/// What a catalogue says about the items of one model version, in that version's numbers, so that a request need not
/// look up every item. Items that the catalogue doesn't list are available (a shop may keep no catalogue) and in no
/// category. Immutable; thread-safe. Cost to build: one look-up per item of the catalogue; memory: 4 bytes per item and
/// category it is in.
class ItemFilter {
 public:
  ItemFilter(std::shared_ptr<const Catalogue> catalogue, const base::Vocabulary& vocabulary);

  const std::shared_ptr<const Catalogue>& catalogue() const { return catalogue_; }
  std::span<const base::ItemIndex> unavailable() const { return unavailable_; }
  /// By rising number; empty for a category that no item of the model is in.
  std::span<const base::ItemIndex> in_category(std::string_view category) const;

 private:
  std::shared_ptr<const Catalogue>
      catalogue_;  // shared with the cache and whoever reads it; holds the categories' names
  std::vector<base::ItemIndex> unavailable_;
  std::unordered_map<std::string_view, std::vector<base::ItemIndex>> categories_;
};

}  // namespace sasrec::catalogue
