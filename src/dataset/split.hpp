#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/vocabulary.hpp"
#include "dataset/log.hpp"
#include "dataset/sequences.hpp"

namespace sasrec::dataset {

enum class Protocol {
  kLeaveOneOut,  ///< per user: last item is test, second last is validation; users with fewer than 3 items train only
  kTimeSplit,    ///< everything after a time quantile is test, the stretch before that is validation
};

/// "leave-one-out" or "time-split"; kInvalidInput otherwise.
base::Result<Protocol> parse_protocol(std::string_view text);
std::string_view to_string(Protocol protocol);

/// One thing to predict: item `position` of `user`, from the items before it.
struct Case {
  std::uint32_t user = 0;
  std::uint32_t position = 0;  ///< within the user's sequence; at least 1
};

/// Which part of each user's sequence a model may learn from, and what it is asked afterwards.
struct Split {
  std::vector<std::uint32_t> train_length;  ///< per user: the first n items are for training
  std::vector<Case> validation;
  std::vector<Case> test;
};

/// Time quantiles where validation and test begin under kTimeSplit.
struct TimeSplitQuantiles {
  double validation = 0.8;
  double test = 0.9;
};

/// Splits by position and time only, so it is the same whatever vocabulary a model has. kInvalidInput if nothing is
/// left to train on or to ask, or if kTimeSplit is asked of a log without times.
base::Result<Split> split_sequences(const LogSequences& sequences, Protocol protocol,
                                    TimeSplitQuantiles quantiles = {});

/// The items that occur in the training part, in order of first appearance in the log.
base::Result<base::Vocabulary> training_vocabulary(const InteractionLog& log, const LogSequences& sequences,
                                                   const Split& split);

}  // namespace sasrec::dataset
