#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <string>

#include "retrieval/scored_item.hpp"

namespace sasrec::benchmarks {

/// Throws std::runtime_error unless both hold the same items in the same order with scores within 1e-4.
/// scores, items   [k], float and int64; items hold ItemIndex values
void require_same_answer(std::span<const retrieval::ScoredItem> ours, const at::Tensor& scores, const at::Tensor& items,
                         const std::string& peer);

}  // namespace sasrec::benchmarks
