#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace sasrec::bus {

inline constexpr std::size_t kMaxTitleBytes = 1024;                ///< bytes
inline constexpr std::size_t kMaxItemCategories = 100;             ///< of one item
inline constexpr std::size_t kMaxCategoryBytes = 256;              ///< of a category's name
inline constexpr std::size_t kMaxAttributesBytes = 16UL * 1024UL;  ///< bytes

struct CatalogueItem {
  std::string id;
  std::string title;                    ///< may be empty
  std::vector<std::string> categories;  ///< none empty
  std::string attributes;               ///< a JSON object as text
  bool available = true;
  base::Time updated{};  ///< set by the store
  friend bool operator==(const CatalogueItem&, const CatalogueItem&) = default;
};

/// What a record of topic sasrec.items asks for.
struct ItemChange {
  CatalogueItem item;      ///< only the id counts where it is withdrawn
  bool withdrawn = false;  ///< no longer available; what else is known of it stays
  friend bool operator==(const ItemChange&, const ItemChange&) = default;
};

}  // namespace sasrec::bus
