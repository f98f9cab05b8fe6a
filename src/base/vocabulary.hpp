#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace sasrec::base {

/// The items of one model version: ItemIndex i (from 1) is the i-th id. Immutable once built.
/// Thread-safe to read. Lookups by id cost one hash.
class Vocabulary {
 public:
  Vocabulary() = default;

  /// `ids[n]` becomes ItemIndex n + 1. kInvalidInput if an id breaks the id rule or stands twice (says where).
  static Result<Vocabulary> build(std::vector<std::string> ids);

  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  /// Number of items, padding not counted.
  std::size_t size() const { return ids_.size(); }

  /// kPadding if the id is unknown.
  ItemIndex find(std::string_view id) const;

  /// `index` must be in [1, size()].
  const std::string& id(ItemIndex index) const;

  /// All ids, ids()[n] belongs to ItemIndex n + 1.
  const std::vector<std::string>& ids() const { return ids_; }

 private:
  std::vector<std::string> ids_;  // never changed after build: index_ points into it
  // Flat: a request looks up each item of its history, and the nodes of std::unordered_map lie everywhere.
  boost::unordered_flat_map<std::string_view, ItemIndex> index_;
};

}  // namespace sasrec::base
