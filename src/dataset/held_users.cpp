#include "dataset/held_users.hpp"

#include <algorithm>
#include <cstdint>

namespace sasrec::dataset {
namespace {

constexpr double kAimedCases = 2'000;
constexpr double kSmallestShare = 0.05;
constexpr double kMaxShare = 0.5;

}  // namespace

double user_place(std::string_view user) {
  // FNV-1a with 64 bits. Its high bits hardly depend on the last characters, so the finaliser of MurmurHash3 mixes
  // them. Changing this moves users between training and test: kUserPlaceVersion must then be increased.
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : user) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  hash = (hash ^ (hash >> 33U)) * 0xFF51AFD7ED558CCDU;
  hash = (hash ^ (hash >> 33U)) * 0xC4CEB9FE1A85EC53U;
  hash ^= hash >> 33U;
  return static_cast<double>(hash >> 11U) * 0x1.0p-53;
}

double held_share(const LogSequences& sequences) {
  std::size_t eligible = 0;
  for (std::size_t user = 0; user < sequences.user_count(); ++user) {
    const auto items = sequences.of(user);
    if (items.size() < kMinToHold) continue;
    const auto before = items.first(items.size() - 1);
    if (std::ranges::find(before, items.back()) == before.end()) ++eligible;
  }
  if (eligible == 0) return kMaxShare;  // no share gives a case; hold_users() reports that
  return std::clamp(kAimedCases / static_cast<double>(eligible), kSmallestShare, kMaxShare);
}

base::Result<Split> hold_users(const LogSequences& sequences, double share) {
  Split split;
  for (std::uint32_t user = 0; user < sequences.user_count(); ++user) {
    const auto length = static_cast<std::uint32_t>(sequences.length(user));
    if (length < kMinToHold || user_place(sequences.users[user]) >= share) {
      split.train_length.push_back(length);
      continue;
    }
    split.train_length.push_back(length - 2);
    split.validation.push_back({.user = user, .position = length - 2});
    split.test.push_back({.user = user, .position = length - 1});
  }
  if (split.test.empty()) {
    return base::fail(base::ErrorCode::kInvalidInput,
                      "nothing can be held back to judge a model by: none of the {:.0f} % of the {} users chosen for "
                      "that has 3 interactions; more interactions are needed",
                      share * 100, sequences.user_count());
  }
  return split;
}

}  // namespace sasrec::dataset
