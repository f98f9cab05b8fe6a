#include "monitoring/baseline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "monitoring/reference.hpp"
#include "monitoring/spread.hpp"

namespace sasrec::monitoring {
namespace {

using testing::IsEmpty;

TEST(Distance, IsZeroForEqualSharesAndForNothing) {
  const Histogram even{1'000'000, 1'000'000};
  for (const auto statistic : {Statistic::kPsi, Statistic::kJensenShannon, Statistic::kKolmogorovSmirnov}) {
    EXPECT_EQ(distance(statistic, even, even), 0);
    EXPECT_NEAR(distance(statistic, {30, 10, 0}, {300, 100, 0}), 0, 1e-12);
    EXPECT_EQ(distance(statistic, {0, 0}, even), 0);
    EXPECT_EQ(distance(statistic, even, {0, 0}), 0);
  }
}

/// Windows of a shop where users differ: a window's events come from some of them, each with habits of his own.
class Shop {
 public:
  explicit Shop(std::uint64_t seed) : random_(seed) {
    std::vector<std::uint64_t> counts(kItems);
    for (int n = 0; n < 50'000; ++n) ++counts[item(0.5)];
    deciles_ = popularity_deciles(counts);
  }

  double length_factor = 1;
  double per_user_factor = 1;
  double unknown = 0.02;
  double strangers = 0.1;
  double score_shift = 0;
  double gap_factor = 1;
  int hours_later = 0;
  bool flipped = false;
  double purchases = 0.1;
  double concentration = 1;

  Histogram window(Feature feature) {
    if (feature == Feature::kRecommendedCoverage || feature == Feature::kRecommendedGini) return spread(feature);
    Histogram counts(bins(feature));
    const int users = 60 + static_cast<int>(uniform() * 40);
    for (int user = 0; user < users; ++user) {
      const double taste = uniform();
      const int events = 1 + static_cast<int>(uniform() * 10 * per_user_factor);
      if (feature == Feature::kInteractionsPerUser) {
        ++counts[number_bin(events)];
        continue;
      }
      for (int event = 0; event < events; ++event) ++counts[bin(feature, taste)];
    }
    return counts;
  }

 private:
  static constexpr std::size_t kItems = 2000;
  /// Of 60 to 100 answers with 10 items each.
  Histogram spread(Feature feature) {
    std::vector<std::uint64_t> counts(kItems);
    const int answers = 60 + static_cast<int>(uniform() * 40);
    for (int answer = 0; answer < answers; ++answer) {
      const double taste = uniform();
      for (int n = 0; n < 10; ++n) {
        ++counts[static_cast<std::size_t>(std::pow(uniform(), (2.8 + 0.4 * taste) * concentration) * kItems)];
      }
    }
    auto spread = spread_of(std::move(counts));
    return feature == Feature::kRecommendedCoverage ? std::move(spread.coverage) : std::move(spread.gini);
  }
  /// Few items are much sought, more so by some users than by others.
  std::size_t item(double taste) {
    return static_cast<std::size_t>(std::pow(uniform(), 2.8 + 0.4 * taste) * static_cast<double>(kItems));
  }
  double uniform() { return std::uniform_real_distribution<>(0, 1)(random_); }
  double normal() { return std::normal_distribution<>(0, 1)(random_); }
  std::size_t bin(Feature feature, double taste) {
    switch (feature) {
      case Feature::kItemPopularity:
      case Feature::kRecommendedPopularity: {
        const auto chosen = item(taste);
        return deciles_[flipped ? kItems - 1 - chosen : chosen];
      }
      case Feature::kUnknownItems:
        return uniform() < unknown ? 1 : 0;
      case Feature::kUnknownUsers:
        return uniform() < strangers ? 1 : 0;
      case Feature::kKind:
        return kind_bin(uniform() < purchases ? "purchase" : "view");
      case Feature::kHistoryLength:
        return number_bin(std::floor((1 + 40 * std::exp(0.6 * normal())) * length_factor));
      case Feature::kTopScore:
        return number_bin(8 + 2 * normal() + score_shift);
      case Feature::kScoreGap:
        return number_bin(std::abs(normal()) * 0.8 * gap_factor);
      case Feature::kHourOfDay:
        return static_cast<std::size_t>(24 + 18 + 3 * normal() + hours_later) % 24;
      case Feature::kInteractionsPerUser:
      case Feature::kRecommendedCoverage:
      case Feature::kRecommendedGini:
        break;
    }
    return 0;
  }
  std::mt19937_64 random_;
  std::vector<std::uint8_t> deciles_;
};

Watch learned(Feature feature, Shop& shop) {
  Baseline baseline(feature);
  while (baseline.windows().size() < 30) baseline.learn(shop.window(feature));
  return Watch(baseline);
}

TEST(Drift, OverAThousandWindowsAtMostOneInAHundredIsAFalseAlarm) {
  Shop shop(1);
  std::map<Feature, Watch> watches;
  for (const auto feature : all_features()) watches.emplace(feature, learned(feature, shop));
  int alarmed = 0;
  for (int window = 0; window < 1000; ++window) {
    bool any = false;
    for (auto& [feature, watch] : watches) {
      for (const auto& judged : watch.take(shop.window(feature))) any = any || judged.alarm;
    }
    alarmed += any ? 1 : 0;
  }
  EXPECT_LE(alarmed, 10);
}

TEST(Drift, EveryShiftIsFoundWithinTwoWindows) {
  const std::vector<std::pair<Feature, void (*)(Shop&)>> shifts{{Feature::kItemPopularity,
                                                                 [](Shop& shop) {
                                                                   shop.flipped = true;
                                                                 }},
                                                                {Feature::kRecommendedPopularity,
                                                                 [](Shop& shop) {
                                                                   shop.flipped = true;
                                                                 }},
                                                                {Feature::kUnknownItems,
                                                                 [](Shop& shop) {
                                                                   shop.unknown = 0.2;
                                                                 }},
                                                                {Feature::kUnknownUsers,
                                                                 [](Shop& shop) {
                                                                   shop.strangers = 0.35;
                                                                 }},
                                                                {Feature::kKind,
                                                                 [](Shop& shop) {
                                                                   shop.purchases = 0.3;
                                                                 }},
                                                                {Feature::kHistoryLength,
                                                                 [](Shop& shop) {
                                                                   shop.length_factor = 0.5;
                                                                 }},
                                                                {Feature::kTopScore,
                                                                 [](Shop& shop) {
                                                                   shop.score_shift = 1.5;
                                                                 }},
                                                                {Feature::kScoreGap,
                                                                 [](Shop& shop) {
                                                                   shop.gap_factor = 0.4;
                                                                 }},
                                                                {Feature::kInteractionsPerUser,
                                                                 [](Shop& shop) {
                                                                   shop.per_user_factor = 3;
                                                                 }},
                                                                {Feature::kHourOfDay,
                                                                 [](Shop& shop) {
                                                                   shop.hours_later = 4;
                                                                 }},
                                                                {Feature::kRecommendedCoverage,
                                                                 [](Shop& shop) {
                                                                   shop.concentration = 1.7;
                                                                 }},
                                                                {Feature::kRecommendedGini, [](Shop& shop) {
                                                                   shop.concentration = 1.7;
                                                                 }}};
  ASSERT_EQ(shifts.size(), kFeatures);
  for (const auto& [feature, shift] : shifts) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Shop shop(seed);
      auto watch = learned(feature, shop);
      watch.take(shop.window(feature));
      shift(shop);
      watch.take(shop.window(feature));
      const auto judged = watch.take(shop.window(feature));
      bool alarm = false;
      for (const auto& one : judged) alarm = alarm || one.alarm;
      EXPECT_TRUE(alarm) << name(feature) << ", seed " << seed;
    }
  }
}

TEST(Drift, AWatchWithoutAReferenceLearnsFromItsFirstWindows) {
  Shop shop(3);
  Watch watch{Baseline(Feature::kKind)};
  EXPECT_THAT(watch.take(Histogram(kKindBins)), IsEmpty());  // too small to learn from
  EXPECT_EQ(watch.baseline().windows().size(), 0U);
  for (std::size_t i = 0; i < Baseline::kMin; ++i) EXPECT_THAT(watch.take(shop.window(Feature::kKind)), IsEmpty());
  EXPECT_EQ(watch.take(shop.window(Feature::kKind)).size(), 2U);
  EXPECT_THAT(watch.take(Histogram(kKindBins)), IsEmpty());
}

TEST(Drift, EqualReferenceWindowsDoNotMakeOneUnknownItemAnAlarm) {
  Baseline baseline(Feature::kUnknownItems);
  for (std::size_t i = 0; i < Baseline::kMin; ++i) baseline.learn({1000, 0});
  Watch watch(baseline);
  for (int window = 0; window < 3; ++window) {
    for (const auto& judged : watch.take({900, 1})) EXPECT_FALSE(judged.alarm) << name(judged.statistic);
  }
  watch.take({900, 40});
  bool alarm = false;
  for (const auto& judged : watch.take({900, 40})) alarm = alarm || judged.alarm;
  EXPECT_TRUE(alarm);
}

TEST(Drift, ASmallerWindowHasAWiderThreshold) {
  Shop shop(4);
  auto watch = learned(Feature::kKind, shop);
  const auto window = shop.window(Feature::kKind);
  Histogram small(window);
  for (auto& count : small) count /= 4;
  EXPECT_GT(watch.baseline().compare(Statistic::kPsi, small).threshold,
            3 * watch.baseline().compare(Statistic::kPsi, window).threshold);
}

}  // namespace
}  // namespace sasrec::monitoring
