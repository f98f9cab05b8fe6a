#pragma once

#include <cstdint>
#include <vector>

#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "evaluation/ranker.hpp"

namespace sasrec::evaluation {

/// Counts the training interactions per ItemIndex. The result has items + 1 entries; entry 0, for unknown items, is 0.
std::vector<std::uint32_t> count_items(const dataset::Sequences& sequences, const dataset::Split& split,
                                       std::size_t items);

/// Scores every item by its training count, independently of the history.
Ranker popularity_ranker(const std::vector<std::uint32_t>& item_counts);

/// Scores every item by how often it directly followed the history's last known item in the training part. Popularity
/// orders items of equal counts. Items that never followed rank after all that did, also by popularity.
Ranker bigram_ranker(const dataset::Sequences& sequences, const dataset::Split& split,
                     const std::vector<std::uint32_t>& item_counts);

}  // namespace sasrec::evaluation
