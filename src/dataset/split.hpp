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
  kTimeSplit,    ///< everything after a time quantile is test, a period before that is validation
};

/// Parses "leave-one-out" or "time-split"; kInvalidInput for any other text.
base::Result<Protocol> parse_protocol(std::string_view text);
std::string_view to_string(Protocol protocol);

/// One prediction to make: item `position` of `user`, from the items before it.
struct Case {
  std::uint32_t user = 0;
  std::uint32_t position = 0;  ///< within the user's sequence; at least 1
};

/// The part of each user's sequence that a model may learn from, and the cases it is evaluated on.
struct Split {
  std::vector<std::uint32_t> train_length;  ///< per user: the number of items, from the first on, for training
  std::vector<Case> validation;
  std::vector<Case> test;
};

/// The time quantiles at which validation and test begin under kTimeSplit.
struct TimeSplitQuantiles {
  double validation = 0.8;
  double test = 0.9;
};

/// Splits by position and time only, so the result does not depend on a model's vocabulary. kInvalidInput if there is
/// nothing to train on or no case, or if kTimeSplit is used for a log without times.
base::Result<Split> split_sequences(const LogSequences& sequences, Protocol protocol,
                                    TimeSplitQuantiles quantiles = {});

/// At most `max_cases` of `cases`, in their order and spread evenly over them.
std::vector<Case> pick_evenly(const std::vector<Case>& cases, std::size_t max_cases);

/// The items that occur in the training part, in order of first appearance in the log.
base::Result<base::Vocabulary> training_vocabulary(const InteractionLog& log, const LogSequences& sequences,
                                                   const Split& split);

}  // namespace sasrec::dataset
