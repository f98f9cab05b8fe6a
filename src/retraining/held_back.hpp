#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "checkpoint/metrics.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"

namespace sasrec::retraining {

enum class HeldRule {
  kLeaveOneOut,  ///< the last two items of each user
  kUsers,        ///< the last two items of the users below a share (dataset/held_users.hpp)
  kTimeSplit,    ///< what happened after a moment
};

/// What a model version has not learned from, as its metrics.json ("data") says.
struct HeldBack {
  /// What was held back of its log. None: nothing that can be relied on.
  std::optional<HeldRule> rule;
  double share = 0;          ///< of the users, under kUsers
  std::size_t events = 0;    ///< interactions of its log
  std::int64_t log_end = 0;  ///< Unix seconds. Whatever happened later was not in its log
};

/// What a trainer writes of a split by `protocol`, and of one that holds back the users below `share`.
checkpoint::HeldRecord held_by_protocol(dataset::Protocol protocol);
checkpoint::HeldRecord held_by_users(double share);

/// Versions of releases before "held" say at most until when they have learned; an imported model says nothing, and has
/// learned from nothing that happened after it was made.
HeldBack held_back_of(const checkpoint::Metrics& metrics, base::Time created);

/// Those of `cases` that the version has certainly not learned from: what happened after its log's end, and what its
/// rule held back. The rule counts only if `sequences` up to that end are its log, but for one interaction in a
/// hundred: a user's last two items then were the last two of its log as well. Late interactions change nothing in
/// that, but for a user who had too few to be held back.
std::vector<dataset::Case> unknown_cases(const HeldBack& held, const dataset::LogSequences& sequences,
                                         std::span<const dataset::Case> cases);

}  // namespace sasrec::retraining
