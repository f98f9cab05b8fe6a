#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace sasrec::base {

/// The items of one model version: ItemIndex i (from 1) is the i-th id. Immutable once built, so any thread may read
/// it. A lookup by id costs one hash.
class Vocabulary {
 public:
  Vocabulary() = default;

  /// `ids[n]` becomes ItemIndex n + 1. kInvalidInput names the position of an id that breaks the id rule or
  /// occurs twice.
  static Result<Vocabulary> build(std::vector<std::string> ids);

  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  /// Number of items, padding not counted.
  std::size_t size() const { return ids_.size(); }

  /// Returns kPadding if the id is unknown.
  ItemIndex find(std::string_view id) const;

  /// `index` must be in [1, size()].
  const std::string& id(ItemIndex index) const;

  /// All ids: ids()[n] belongs to ItemIndex n + 1.
  const std::vector<std::string>& ids() const { return ids_; }

 private:
  std::vector<std::string> ids_;  // never changed after build: index_ points into it
  // A request looks up each item of its history. The nodes of std::unordered_map are scattered over the memory, and
  // each lookup would miss the cache.
  boost::unordered_flat_map<std::string_view, ItemIndex> index_;
};

}  // namespace sasrec::base
