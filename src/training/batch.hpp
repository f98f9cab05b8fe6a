#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.hpp"

namespace sasrec::training {

/// Several sequences one after the other, without padding. T is the number of tokens in all, S that of sequences.
struct PackedSequences {
  at::Tensor items;                   ///< int64 [T], ItemIndex
  at::Tensor positions;               ///< int64 [T], rows of the position embedding; the newest item has max_length - 1
  std::vector<std::int64_t> lengths;  ///< [S], each at least 1; their sum is T
  at::Tensor last;                    ///< int64 [S], the last token of each sequence
};

enum class PadTo { kNothing, kMaxLength };

/// Packs histories, each cut to its newest max_length items. None may be empty. With PadTo::kMaxLength shorter ones get
/// base::kPadding on the left.
PackedSequences pack(std::span<const std::span<const base::ItemIndex>> histories, std::size_t max_length,
                     at::Device device, PadTo pad_to = PadTo::kNothing);

/// The data of one training step: input sequences and the items to predict.
struct TrainingBatch {
  PackedSequences inputs;
  at::Tensor targets;    ///< int64 [T], the item after each token
  at::Tensor negatives;  ///< int64: [T] for bce, [M] shared for gbce and sampled_softmax, undefined for softmax
};

}  // namespace sasrec::training
