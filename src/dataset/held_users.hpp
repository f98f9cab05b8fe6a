#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"

namespace sasrec::dataset {

/// Where a user stands in [0, 1), by a hash of the id: the same in every log and release (kUserPlaceVersion says which
/// hash). Whoever stands below a share is held back under it, and so under every larger one.
double user_place(std::string_view user);
inline constexpr int kUserPlaceVersion = 1;

/// With fewer items a user only trains: one is to learn from, one for validation, one for test.
inline constexpr std::size_t kFewestToHold = 3;

/// The share of users to hold back for about 2,000 test cases: at least 5 % and at most half of the users. Users with
/// fewer than kFewestToHold items, and those whose newest item is one they had before, make no case.
double held_share(const LogSequences& sequences);

/// Holds back the last two items of the users that stand below `share`: the last is a test case, the one before it a
/// validation case. All else is for training, up to the newest. kInvalidInput if there is nothing to ask.
base::Result<Split> hold_users(const LogSequences& sequences, double share);

}  // namespace sasrec::dataset
