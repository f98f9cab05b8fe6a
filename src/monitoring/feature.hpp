#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sasrec::monitoring {

/// The features that are watched for drift. The value of each is a histogram of one window.
enum class Feature : std::uint8_t {
  kItemPopularity,         ///< interacted items by the decile of their popularity in training, the most popular first
  kRecommendedPopularity,  ///< recommended items by the same deciles
  kUnknownItems,           ///< interactions with items that the model knows, and with others
  kUnknownUsers,           ///< answers by the model, and answers with popular items
  kKind,                   ///< interactions by the hash of their kind
  kHistoryLength,          ///< items of the history that an answer was computed from
  kTopScore,               ///< score of the best item, of answers by the model
  kScoreGap,               ///< difference between the best and the second best score
  kInteractionsPerUser,    ///< interactions of each active user within a day
  kHourOfDay,              ///< interactions of a whole day by hour, UTC
  kRecommendedCoverage,    ///< of a sample of recommendations: different items, and repetitions
  kRecommendedGini,        ///< Gini coefficient of the items in that sample, in parts of kSpreadSample
};
inline constexpr std::size_t kFeatures = 12;

enum class Statistic : std::uint8_t { kPsi, kJensenShannon, kKolmogorovSmirnov };
inline constexpr std::size_t kStatistics = 3;

std::string_view name(Feature feature);      ///< "item_popularity", ...
std::string_view name(Statistic statistic);  ///< "psi", "jensen_shannon", "kolmogorov_smirnov"

std::span<const Feature> all_features();

/// The statistics that a feature is judged by: psi and jensen_shannon for classes, kolmogorov_smirnov for numbers and
/// for the shares coverage and Gini, for which it is simply the difference.
std::span<const Statistic> statistics_of(Feature feature);

/// Whether the feature can only be taken from a window of a whole day.
bool needs_a_day(Feature feature);

std::size_t bins(Feature feature);

/// The bin of a history length, a number of interactions, a score or a gap. Far from 0 a bin is about an eighth of the
/// number wide, around 0 it is narrower than 0.13.
std::size_t number_bin(double value);
inline constexpr std::size_t kNumberBins = 130;

std::size_t kind_bin(std::string_view kind);
inline constexpr std::size_t kKindBins = 16;

inline constexpr std::size_t kDeciles = 10;

}  // namespace sasrec::monitoring
