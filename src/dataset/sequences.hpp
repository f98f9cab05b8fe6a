#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/vocabulary.hpp"
#include "dataset/log.hpp"

namespace sasrec::dataset {

/// The items of every user, oldest first, in one flat array. `Item` is LogItem, or ItemIndex once a vocabulary is
/// chosen.
template <class Item>
struct SequencesOf {
  std::vector<std::string> users;    ///< id of user n
  std::vector<std::size_t> offsets;  ///< [users + 1]; the items of user n are [offsets[n], offsets[n + 1])
  std::vector<Item> items;
  std::vector<std::int64_t> times;  ///< Unix seconds, one per item; all 0 if the log had none

  std::size_t user_count() const { return users.size(); }
  std::size_t length(std::size_t user) const { return offsets[user + 1] - offsets[user]; }
  std::span<const Item> of(std::size_t user) const { return std::span(items).subspan(offsets[user], length(user)); }
  std::span<const std::int64_t> times_of(std::size_t user) const {
    return std::span(times).subspan(offsets[user], length(user));
  }
};

using LogSequences = SequencesOf<LogItem>;
using Sequences = SequencesOf<base::ItemIndex>;

/// Groups a log by user, in order of first appearance, and sorts each user's items by time. Items of equal times keep
/// their file order.
LogSequences build_sequences(const InteractionLog& log);

/// Converts sequences to the item numbers of `vocabulary`. An item that is not in it becomes base::kPadding.
Sequences index_sequences(const LogSequences& sequences, const InteractionLog& log, const base::Vocabulary& vocabulary);

}  // namespace sasrec::dataset
