#include "dataset/catalogue.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "dataset/table.hpp"

namespace sasrec::dataset {
namespace {

using base::Result;

// The names that common data sets use: MovieLens, Amazon reviews, Steam, Goodreads, RecBole and others. Best first.
constexpr std::array<std::string_view, 11> kIdNames{
    "itemid", "item", "movieid", "productid", "articleid", "trackid", "bookid", "gameid", "parentasin", "asin", "id"};
constexpr std::array<std::string_view, 6> kTitleNames{"title",      "name",      "itemname",
                                                      "movietitle", "itemtitle", "productname"};
constexpr std::array<std::string_view, 7> kCategoryNames{"genres", "categories", "genre",       "category",
                                                         "tags",   "class",      "itemcategory"};

/// The positions of the columns in layout_of(), and so in Table::values().
enum Field : std::size_t { kId, kTitle, kCategories };

TableLayout layout_of(const Columns& names) {
  return {.columns = {{.label = "item",
                       .kind = ValueKind::kId,
                       .name = names.item,
                       .usual_names = kIdNames,
                       .option = "--item-column",
                       .position = 0},
                      {.label = "title", .usual_names = kTitleNames, .position = 1},
                      {.label = "categories",
                       .kind = ValueKind::kList,
                       .need = Need::kOptional,
                       .usual_names = kCategoryNames,
                       .position = 2}},
          .dat_fields = 3};
}

std::vector<std::string> split_categories(std::string_view text) {
  std::vector<std::string> categories;
  while (!text.empty()) {
    const auto end = text.find('|');
    const auto category = text.substr(0, end);
    if (!category.empty()) categories.emplace_back(category);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  // MovieLens writes this for a film without genres.
  if (categories.size() == 1 && categories.front() == "(no genres listed)") categories.clear();
  return categories;
}

}  // namespace

const CatalogueItem* Catalogue::find(std::string_view id) const {
  const auto found = items_.find(id);
  return found == items_.end() ? nullptr : &found->second;
}

std::string_view Catalogue::title(std::string_view id) const {
  const auto* item = find(id);
  return item == nullptr ? std::string_view() : std::string_view(item->title);
}

void Catalogue::put(std::string id, CatalogueItem item) {
  items_.insert_or_assign(std::move(id), std::move(item));
}

Result<CatalogueImport> import_catalogue(const std::filesystem::path& path, const ImportOptions& options) {
  auto table = Table::open(path, layout_of(options.columns), options);
  if (!table) return base::Failure(table.error());
  Catalogue catalogue;
  for (;;) {
    const auto more = table->next();
    if (!more) return base::Failure(more.error());
    if (!*more) break;
    const auto& values = table->values();
    if (const auto problem = base::id_problem(*values[kId]); !problem.empty()) {
      if (auto rejected = table->reject(table->value_problem(kId, problem)); !rejected) {
        return base::Failure(rejected.error());
      }
      continue;
    }
    // Ids stay byte by byte, since a log refers to them. Titles are only shown, so they become UTF-8.
    catalogue.put(std::string(*values[kId]),
                  {.title = base::to_printable_utf8(*values[kTitle]),
                   .categories = split_categories(base::to_printable_utf8(values[kCategories].value_or("")))});
  }
  auto report = table->finish();
  if (!report) return base::Failure(report.error());
  return CatalogueImport{.catalogue = std::move(catalogue), .report = std::move(*report)};
}

}  // namespace sasrec::dataset
