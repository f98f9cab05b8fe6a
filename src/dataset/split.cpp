#include "dataset/split.hpp"

#include <algorithm>

namespace sasrec::dataset {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

Split leave_one_out(const LogSequences& sequences) {
  constexpr std::size_t kMin = 3;  // one to learn from, one for validation, one for test
  Split split;
  for (std::uint32_t user = 0; user < sequences.user_count(); ++user) {
    const auto length = static_cast<std::uint32_t>(sequences.length(user));
    if (length < kMin) {
      split.train_length.push_back(length);
      continue;
    }
    split.train_length.push_back(length - 2);
    split.validation.push_back({.user = user, .position = length - 2});
    split.test.push_back({.user = user, .position = length - 1});
  }
  return split;
}

/// The time of the interaction at this quantile of all interactions, ordered by time.
std::int64_t time_at(double quantile, std::vector<std::int64_t>& times) {
  const auto rank = static_cast<std::size_t>(quantile * static_cast<double>(times.size()));
  const auto nth = times.begin() + static_cast<std::ptrdiff_t>(std::min(rank, times.size() - 1));
  std::ranges::nth_element(times, nth);
  return *nth;
}

/// Interactions before the validation cut are for training, those from the test cut on for test, the others for
/// validation.
Split split_by_time(const LogSequences& sequences, std::int64_t validation_cut, std::int64_t test_cut) {
  Split split;
  for (std::uint32_t user = 0; user < sequences.user_count(); ++user) {
    const auto times = sequences.times_of(user);
    const auto first_from = [&](std::int64_t cut) {
      return static_cast<std::uint32_t>(std::ranges::lower_bound(times, cut) - times.begin());
    };
    const auto validation = first_from(validation_cut);
    const auto test = first_from(test_cut);
    split.train_length.push_back(validation);
    // Position 0 has no history from which it could be predicted.
    for (auto position = std::max(validation, 1U); position < test; ++position) {
      split.validation.push_back({.user = user, .position = position});
    }
    for (auto position = std::max(test, 1U); position < times.size(); ++position) {
      split.test.push_back({.user = user, .position = position});
    }
  }
  return split;
}

bool has_times(const LogSequences& sequences) {
  return std::ranges::any_of(sequences.times, [](std::int64_t time) { return time != 0; });
}

Result<Split> time_split(const LogSequences& sequences, TimeSplitQuantiles quantiles) {
  if (!(quantiles.validation > 0 && quantiles.validation < quantiles.test && quantiles.test < 1)) {
    return fail(ErrorCode::kInvalidInput,
                "the quantiles of a time-split must rise and lie between 0 and 1; got validation {} and test {}",
                quantiles.validation, quantiles.test);
  }
  if (!has_times(sequences)) {
    return fail(ErrorCode::kInvalidInput, "time-split needs a log with times; use leave-one-out for this one");
  }
  auto times = sequences.times;
  const auto validation_cut = time_at(quantiles.validation, times);
  const auto test_cut = time_at(quantiles.test, times);
  return split_by_time(sequences, validation_cut, test_cut);
}

}  // namespace

Result<Protocol> parse_protocol(std::string_view text) {
  for (const auto protocol : {Protocol::kLeaveOneOut, Protocol::kTimeSplit}) {
    if (text == to_string(protocol)) return protocol;
  }
  return fail(ErrorCode::kInvalidInput, "unknown protocol \"{}\"; it is leave-one-out or time-split", text);
}

std::string_view to_string(Protocol protocol) {
  return protocol == Protocol::kLeaveOneOut ? "leave-one-out" : "time-split";
}

Result<Split> split_sequences(const LogSequences& sequences, Protocol protocol, TimeSplitQuantiles quantiles) {
  auto split =
      protocol == Protocol::kLeaveOneOut ? Result<Split>(leave_one_out(sequences)) : time_split(sequences, quantiles);
  if (!split) return split;
  if (std::ranges::all_of(split->train_length, [](std::uint32_t length) { return length == 0; })) {
    return fail(ErrorCode::kInvalidInput, "{} leaves nothing to train on: {} interactions, all at one time or too few",
                to_string(protocol), sequences.items.size());
  }
  if (split->validation.empty() || split->test.empty()) {
    if (protocol == Protocol::kLeaveOneOut) {
      return fail(ErrorCode::kInvalidInput,
                  "leave-one-out leaves nothing to ask: none of the {} users has 3 interactions or more",
                  sequences.user_count());
    }
    return fail(ErrorCode::kInvalidInput,
                "time-split leaves nothing to ask in its {} part: no interaction there has an earlier one of its user",
                split->validation.empty() ? "validation" : "test");
  }
  return split;
}

std::vector<Case> pick_evenly(const std::vector<Case>& cases, std::size_t max_cases) {
  if (cases.size() <= max_cases) return cases;
  std::vector<Case> picked;
  picked.reserve(max_cases);
  for (std::size_t i = 0; i < max_cases; ++i) picked.push_back(cases[i * cases.size() / max_cases]);
  return picked;
}

Result<base::Vocabulary> training_vocabulary(const InteractionLog& log, const LogSequences& sequences,
                                             const Split& split) {
  std::vector<char> trained(log.items.size(), 0);
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    for (const auto item : sequences.of(user).first(split.train_length[user])) trained[item.value] = 1;
  }
  // Only items that were trained: the embedding of another one would be noise. log.items is in order of first
  // appearance.
  std::vector<std::string> ids;
  for (std::size_t item = 0; item < log.items.size(); ++item) {
    if (trained[item] != 0) ids.push_back(log.items[item]);
  }
  return base::Vocabulary::build(std::move(ids));
}

}  // namespace sasrec::dataset
