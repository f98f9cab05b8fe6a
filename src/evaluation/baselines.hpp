#pragma once

#include <cstdint>
#include <vector>

#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "evaluation/ranker.hpp"

namespace sasrec::evaluation {

/// Interactions per ItemIndex in the training part; size items + 1, entry 0 (unknown items) stays 0.
std::vector<std::uint32_t> count_items(const dataset::Sequences& sequences, const dataset::Split& split,
                                       std::size_t items);

/// Every item by its training count, whatever the history.
Ranker popularity_ranker(const std::vector<std::uint32_t>& item_counts);

/// Every item by how often it directly followed the history's last known item in the training part; popularity orders
/// equal counts and the items that never did, all of which stand behind those that did.
Ranker bigram_ranker(const dataset::Sequences& sequences, const dataset::Split& split,
                     const std::vector<std::uint32_t>& item_counts);

}  // namespace sasrec::evaluation
