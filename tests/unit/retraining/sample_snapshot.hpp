#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataset/held_users.hpp"
#include "retraining/snapshot_source.hpp"

namespace sasrec::retraining {

inline constexpr std::uint32_t kItems = 12;
inline constexpr std::uint32_t kMaxPopular = 6;
inline constexpr std::uint32_t kMinPopular = 11;

/// 200 users, of whom about half are held back. All of those have one history, and then ask for `target`.
inline Snapshot snapshot_of(std::uint32_t target) {
  Snapshot snapshot;
  for (std::uint32_t item = 0; item < kItems; ++item) snapshot.log.items.push_back("item-" + std::to_string(item));
  auto& sequences = snapshot.sequences;
  sequences.offsets.push_back(0);
  for (std::uint32_t user = 0; user < 200; ++user) {
    sequences.users.push_back("user-" + std::to_string(user));
    std::vector<std::uint32_t> items{6, 7, 8, user % 6};
    if (user % 20 == 0) items.insert(items.end(), {9, 10, 11});
    if (dataset::user_place(sequences.users.back()) < 0.5) items = {0, 1, 2, 3, target};
    for (const auto item : items) {
      sequences.items.push_back({item});
      sequences.times.push_back(1'790'000'000 + static_cast<std::int64_t>(sequences.times.size()));
    }
    sequences.offsets.push_back(sequences.items.size());
  }
  snapshot.through_ordinal = 77;
  return snapshot;
}

}  // namespace sasrec::retraining
