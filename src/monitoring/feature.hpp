#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sasrec::monitoring {

/// What is watched for drift. Each is a histogram of one window.
enum class Feature : std::uint8_t {
  kItemPopularity,         ///< interacted items by the decile of their popularity in training, the most popular first
  kRecommendedPopularity,  ///< the same of what was recommended
  kUnknownItems,           ///< interactions: items that the model knows, items that it doesn't
  kUnknownUsers,           ///< answers: by the model, by what is popular
  kKind,                   ///< interactions by their kind's hash
  kHistoryLength,          ///< items of the history that an answer was computed from
  kTopScore,               ///< the best item's score, of answers by the model
  kScoreGap,               ///< from there to the second best
  kInteractionsPerUser,    ///< of users with any, within a day
  kHourOfDay,              ///< interactions by hour, UTC, of a whole day
  kRecommendedCoverage,    ///< of a sample of what was recommended: different items, and those that came again
  kRecommendedGini,        ///< how unequally the items of that sample occur in it, in parts of kSpreadSample
};
inline constexpr std::size_t kFeatures = 12;

enum class Statistic : std::uint8_t { kPsi, kJensenShannon, kKolmogorovSmirnov };
inline constexpr std::size_t kStatistics = 3;

std::string_view name(Feature feature);      ///< "item_popularity", ...
std::string_view name(Statistic statistic);  ///< "psi", "jensen_shannon", "kolmogorov_smirnov"

std::span<const Feature> all_features();

/// psi and jensen_shannon for what falls into classes, kolmogorov_smirnov for numbers and for a share that is a number
/// of its own (coverage, Gini), where it is the difference.
std::span<const Statistic> statistics_of(Feature feature);

/// Whether a window has to be a whole day for it.
bool needs_a_day(Feature feature);

std::size_t bins(Feature feature);

/// The bin of a number: history length, interactions per user, score, gap. Bins are about an eighth wide, on both sides
/// of 0, and narrower than 0.13 around it.
std::size_t number_bin(double value);
inline constexpr std::size_t kNumberBins = 130;

std::size_t kind_bin(std::string_view kind);
inline constexpr std::size_t kKindBins = 16;

inline constexpr std::size_t kDeciles = 10;

}  // namespace sasrec::monitoring
