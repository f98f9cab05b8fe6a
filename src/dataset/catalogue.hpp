#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "dataset/import.hpp"

namespace sasrec::dataset {

/// What is known of an item beside its id. UTF-8.
struct CatalogueItem {
  std::string title;
  std::vector<std::string> categories;
};

/// Items with titles, by id.
class Catalogue {
 public:
  /// nullptr if the item isn't listed.
  const CatalogueItem* find(std::string_view id) const;
  /// The title, or an empty view if there is none.
  std::string_view title(std::string_view id) const;
  std::size_t size() const { return items_.size(); }
  auto begin() const { return items_.begin(); }  ///< pairs of id and item, in no particular order
  auto end() const { return items_.end(); }
  /// A later entry for the same id replaces the earlier one.
  void put(std::string id, CatalogueItem item);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, CatalogueItem, Hash, std::equal_to<>> items_;
};

struct CatalogueImport {
  Catalogue catalogue;
  ImportReport report;
};

/// Reads MovieLens movies.dat (id::title::genre|genre) and movies.csv, CSV/TSV with named columns (id or item..., title
/// or name, genres or categories, split by '|'), or JSON Lines. ".gz" is read as is. Lines that are not UTF-8 are taken
/// as Latin-1. Errors as in import_interactions.
base::Result<CatalogueImport> import_catalogue(const std::filesystem::path& path, const ImportOptions& options = {});

}  // namespace sasrec::dataset
