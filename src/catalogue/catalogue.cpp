#include "catalogue/catalogue.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/pause.hpp"
#include "base/said_once.hpp"
#include "catalogue/fold_words.hpp"
#include "catalogue/typos.hpp"

namespace sasrec::catalogue {
namespace {

constexpr std::size_t kPage = 10'000;
// A transaction may take this long from its time to its end.
constexpr std::chrono::seconds kOverlap(10);

/// `folded` as fold_words() gives it, cut into its words, each still with its space.
std::vector<std::string_view> words_of(std::string_view folded) {
  std::vector<std::string_view> words;
  while (!folded.empty()) {
    const auto word = folded.substr(0, folded.find(' ', 1));
    words.push_back(word);
    folded.remove_prefix(word.size());
  }
  return words;
}

std::vector<std::pair<std::string, std::size_t>> count_categories(const std::vector<bus::CatalogueItem>& items) {
  std::unordered_map<std::string_view, std::size_t> counts;
  for (const auto& item : items) {
    if (!item.available) continue;
    const std::set<std::string_view> distinct(item.categories.begin(), item.categories.end());
    for (const auto category : distinct) ++counts[category];
  }
  std::vector<std::pair<std::string, std::size_t>> categories(counts.begin(), counts.end());
  std::ranges::sort(categories, [](const auto& left, const auto& right) {
    return left.second != right.second ? left.second > right.second : left.first < right.first;
  });
  return categories;
}

enum Fit { kSameId, kTitleBegins, kWordsBegin, kNone };

}  // namespace

Catalogue::Catalogue(std::vector<bus::CatalogueItem> items) : items_(std::move(items)) {
  std::ranges::sort(items_, {}, &bus::CatalogueItem::id);
  category_counts_ = count_categories(items_);
  folded_ids_.reserve(items_.size());
  folded_titles_.reserve(items_.size());
  index_.reserve(items_.size());
  for (std::size_t n = 0; n < items_.size(); ++n) {
    folded_ids_.push_back(fold_words(items_[n].id));
    folded_titles_.push_back(fold_words(items_[n].title));
    index_.emplace(items_[n].id, n);
    for (const auto& category : items_[n].categories) {
      auto& members = members_[category];
      if (members.empty() || members.back() != n) members.push_back(static_cast<std::uint32_t>(n));
    }
  }
}

const bus::CatalogueItem* Catalogue::find(std::string_view id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &items_[found->second];
}

bool Catalogue::is_available(std::string_view id) const {
  const auto* const item = find(id);
  return item == nullptr || item->available;
}

std::span<const std::uint32_t> Catalogue::in_category(std::string_view category) const {
  const auto found = members_.find(category);
  if (found == members_.end()) return {};
  return found->second;
}

std::vector<const bus::CatalogueItem*> Catalogue::search(std::string_view query, std::size_t max_count) const {
  const auto folded = fold_words(query);
  const auto words = words_of(folded);
  const auto fit = [&](std::size_t n) {
    if (items_[n].id == query) return kSameId;
    const std::string_view title = folded_titles_[n];
    if (words.empty()) return query.empty() ? kWordsBegin : kNone;
    if (title.starts_with(folded)) return kTitleBegins;
    const auto in_title = [&](std::string_view word) {
      return title.find(word) != std::string_view::npos;
    };
    return std::ranges::all_of(words, in_title) || folded_ids_[n].starts_with(folded) ? kWordsBegin : kNone;
  };

  Found found;
  for (std::size_t n = 0; n < items_.size(); ++n) {
    if (const auto how = fit(n); how != kNone) found.emplace_back(how, n);
  }
  if (found.empty()) found = find_with_typos(folded);
  const auto count = std::min(max_count, found.size());
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<const bus::CatalogueItem*> items;
  items.reserve(count);
  for (std::size_t n = 0; n < count; ++n) items.push_back(&items_[found[n].second]);
  return items;
}

Catalogue::Found Catalogue::find_with_typos(std::string_view folded) const {
  Found found;
  for (std::size_t n = 0; n < items_.size(); ++n) {
    if (const auto typos = typos_between(folded, folded_titles_[n])) found.emplace_back(*typos, n);
  }
  return found;
}

CatalogueCache::CatalogueCache(CatalogueStore& store)
    : store_(store), catalogue_(std::make_shared<const Catalogue>(std::vector<bus::CatalogueItem>())) {}

std::shared_ptr<const Catalogue> CatalogueCache::get() const {
  const std::scoped_lock lock(mutex_);
  return catalogue_;
}

base::Result<void> CatalogueCache::refresh() {
  const std::scoped_lock refreshing(refreshing_);
  const auto old = get();
  std::unordered_map<std::string, bus::CatalogueItem> changed;
  auto since = newest_ == base::Time{} ? newest_ : newest_ - kOverlap;
  for (std::size_t max_count = kPage;;) {
    auto page = store_.changed(since, max_count);
    if (!page) return base::fail_within("the catalogue could not be read", page.error());
    const bool last = page->size() < max_count;
    // One transaction gives all its items the same time: a page must reach beyond it.
    if (!last && page->back().updated == since) max_count *= 2;
    if (!page->empty()) since = page->back().updated;
    for (auto& item : *page) {
      const auto* known = old->find(item.id);
      if (known == nullptr || *known != item) changed.insert_or_assign(item.id, std::move(item));
    }
    if (last) break;
  }
  newest_ = std::max(newest_, since);
  if (changed.empty()) {
    loaded_ = true;
    return {};
  }

  std::vector<bus::CatalogueItem> items;
  items.reserve(old->size() + changed.size());
  for (const auto& item : old->items()) {
    if (!changed.contains(item.id)) items.push_back(item);
  }
  for (auto& [id, item] : changed) items.push_back(std::move(item));
  auto renewed = std::make_shared<const Catalogue>(std::move(items));
  {
    const std::scoped_lock lock(mutex_);
    catalogue_.swap(renewed);
  }
  loaded_ = true;
  return {};
}

void CatalogueCache::run(const std::stop_token& stop, std::chrono::milliseconds interval) {
  base::SaidOnce said;
  do {
    const auto refreshed = refresh();
    const auto news = said.hear(refreshed);
    if (news == base::SaidOnce::News::kTrouble) spdlog::warn("{}", refreshed.error().message);
    if (news == base::SaidOnce::News::kOver) spdlog::info("the catalogue can be read again");
  } while (base::pause(stop, interval));
}

}  // namespace sasrec::catalogue
