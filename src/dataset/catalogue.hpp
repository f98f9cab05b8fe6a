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

/// The title and the categories of an item, in UTF-8.
struct CatalogueItem {
  std::string title;
  std::vector<std::string> categories;
};

/// Titles and categories of items, by id.
class Catalogue {
 public:
  /// Returns nullptr if the item isn't listed.
  const CatalogueItem* find(std::string_view id) const;
  /// Returns an empty view if the item has no title.
  std::string_view title(std::string_view id) const;
  std::size_t size() const { return items_.size(); }
  auto begin() const { return items_.begin(); }  ///< pairs of id and item, in no particular order
  auto end() const { return items_.end(); }
  /// Adds an item, or replaces the one with the same id.
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

/// Reads a catalogue: MovieLens movies.dat (id::title::genre|genre) or movies.csv, CSV or TSV with named columns (id or
/// item..., title or name, genres or categories, separated by '|'), or JSON Lines. ".gz" files are decompressed. Lines
/// that are not UTF-8 are read as Latin-1. Errors are those of import_interactions.
base::Result<CatalogueImport> import_catalogue(const std::filesystem::path& path, const ImportOptions& options = {});

}  // namespace sasrec::dataset
