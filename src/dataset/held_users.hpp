#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"

namespace sasrec::dataset {

/// Maps a user to a number in [0, 1) by a hash of the id. It is the same in every log and release; kUserPlaceVersion is
/// the version of the hash. A user below a share is held back, and so is held back for every larger share too.
double user_place(std::string_view user);
inline constexpr int kUserPlaceVersion = 1;

/// The minimum number of items of a held-back user: one to learn from, one for validation, one for test. Users with
/// fewer are used for training only.
inline constexpr std::size_t kMinToHold = 3;

/// The share of users to hold back for about 2,000 test cases, between 5 % and half of the users. Users with fewer than
/// kFewestToHold items, and users whose newest item is a repetition, give no case.
double held_share(const LogSequences& sequences);

/// Holds back the last two items of the users below `share`: the last is a test case, the one before it a validation
/// case. All other items are for training, up to the newest. kInvalidInput if there is no case.
base::Result<Split> hold_users(const LogSequences& sequences, double share);

}  // namespace sasrec::dataset
