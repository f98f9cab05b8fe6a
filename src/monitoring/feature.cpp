#include "monitoring/feature.hpp"

#include <algorithm>
#include <cmath>

namespace sasrec::monitoring {
namespace {

constexpr std::array kAll{Feature::kItemPopularity,
                          Feature::kRecommendedPopularity,
                          Feature::kUnknownItems,
                          Feature::kUnknownUsers,
                          Feature::kKind,
                          Feature::kHistoryLength,
                          Feature::kTopScore,
                          Feature::kScoreGap,
                          Feature::kInteractionsPerUser,
                          Feature::kHourOfDay,
                          Feature::kRecommendedCoverage,
                          Feature::kRecommendedGini};
static_assert(kAll.size() == kFeatures);

constexpr std::array kOfClasses{Statistic::kPsi, Statistic::kJensenShannon};
constexpr std::array kOfNumbers{Statistic::kKolmogorovSmirnov};

/// Features whose bins are an order of numbers.
bool is_number(Feature feature) {
  return feature == Feature::kHistoryLength || feature == Feature::kTopScore || feature == Feature::kScoreGap ||
         feature == Feature::kInteractionsPerUser;
}

/// Features of two bins whose share is itself the number to compare.
bool is_share(Feature feature) {
  return feature == Feature::kRecommendedCoverage || feature == Feature::kRecommendedGini;
}

}  // namespace

std::string_view name(Feature feature) {
  constexpr std::array<std::string_view, kFeatures> kNames{"item_popularity",
                                                           "recommended_popularity",
                                                           "unknown_items",
                                                           "unknown_users",
                                                           "kind",
                                                           "history_length",
                                                           "top_score",
                                                           "score_gap",
                                                           "interactions_per_user",
                                                           "hour_of_day",
                                                           "recommended_coverage",
                                                           "recommended_gini"};
  return kNames.at(static_cast<std::size_t>(feature));
}

std::string_view name(Statistic statistic) {
  constexpr std::array<std::string_view, kStatistics> kNames{"psi", "jensen_shannon", "kolmogorov_smirnov"};
  return kNames.at(static_cast<std::size_t>(statistic));
}

std::span<const Feature> all_features() {
  return kAll;
}

std::span<const Statistic> statistics_of(Feature feature) {
  return is_number(feature) || is_share(feature) ? std::span<const Statistic>(kOfNumbers)
                                                 : std::span<const Statistic>(kOfClasses);
}

bool needs_a_day(Feature feature) {
  return feature == Feature::kInteractionsPerUser || feature == Feature::kHourOfDay;
}

std::size_t bins(Feature feature) {
  constexpr std::size_t kHours = 24;
  if (is_number(feature)) return kNumberBins;
  switch (feature) {
    case Feature::kItemPopularity:
    case Feature::kRecommendedPopularity:
      return kDeciles;
    case Feature::kKind:
      return kKindBins;
    case Feature::kHourOfDay:
      return kHours;
    default:
      return 2;
  }
}

std::size_t number_bin(double value) {
  constexpr double kPerUnit = 8;
  // asinh is linear around 0 and a logarithm far from it, and unlike a logarithm takes negative scores.
  const double middle = static_cast<double>(kNumberBins) / 2;
  const double place = middle + std::floor(std::asinh(value) * kPerUnit);
  if (!(place > 0)) return 0;  // also if the value is not a number
  return std::min(static_cast<std::size_t>(place), kNumberBins - 1);
}

std::size_t kind_bin(std::string_view kind) {
  // FNV-1a: the same in every process and version.
  std::uint32_t hash = 2166136261U;
  for (const char c : kind) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash % kKindBins;
}

}  // namespace sasrec::monitoring
