#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace sasrec::base {

/// The items of one model version: ItemIndex i (from 1) is the i-th id. Immutable once built.
/// Thread-safe to read. A lookup by id costs one hash and, as a rule, two places in memory: its slot and its id.
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
  struct Slot {
    std::uint32_t tag = 0;  // of the id's hash: another id is told apart without a look at it
    ItemIndex index;        // kPadding: empty
  };

  /// The slot that has `id`, or the empty one that it would get.
  std::size_t slot_of(std::string_view id) const;

  std::vector<std::string> ids_;
  // A power of two, at most half of them taken; whoever finds a slot taken takes the next one. Not a map of the
  // standard library: a request looks up each item of its history, and a map's nodes lie everywhere.
  std::vector<Slot> slots_ = std::vector<Slot>(1);
};

}  // namespace sasrec::base
