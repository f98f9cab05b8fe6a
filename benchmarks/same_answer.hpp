#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <string>

#include "retrieval/scored_item.hpp"

namespace sasrec::benchmarks {

/// A peer's k best items.
struct PeerBest {
  at::Tensor scores;  ///< float [k], falling
  at::Tensor items;   ///< int64 [k], ItemIndex values
};

/// Throws std::runtime_error unless both hold the same items in the same order with scores within 1e-4.
void require_same_answer(std::span<const retrieval::ScoredItem> ours, const PeerBest& theirs, const std::string& peer);

}  // namespace sasrec::benchmarks
