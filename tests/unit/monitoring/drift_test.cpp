#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <random>

#include "monitoring/baseline.hpp"
#include "monitoring/reference.hpp"
#include "monitoring/spread.hpp"

namespace sasrec::monitoring {
namespace {

using testing::AnyOf;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Distances, AreWhatTheirFormulasSay) {
  const Histogram even{1'000'000, 1'000'000};
  const Histogram tilted{3'000'000, 1'000'000};
  EXPECT_NEAR(psi(even, tilted), 0.25 * std::log(1.5) - 0.25 * std::log(0.5), 1e-5);
  const double middle = 0.625;
  EXPECT_NEAR(jensen_shannon(even, tilted),
              (0.5 * std::log2(0.5 / middle) + 0.5 * std::log2(0.5 / (1 - middle)) + 0.75 * std::log2(0.75 / middle) +
               0.25 * std::log2(0.25 / (1 - middle))) /
                  2,
              1e-12);
  EXPECT_DOUBLE_EQ(kolmogorov_smirnov(even, tilted), 0.25);
  EXPECT_DOUBLE_EQ(jensen_shannon({{5, 0}}, {{0, 7}}), 1);
  EXPECT_TRUE(std::isfinite(psi({{5, 0}}, {{0, 7}})));
  for (const auto statistic : {Statistic::kPsi, Statistic::kJensenShannon, Statistic::kKolmogorovSmirnov}) {
    EXPECT_EQ(distance(statistic, even, even), 0);
    EXPECT_NEAR(distance(statistic, {30, 10, 0}, {300, 100, 0}), 0, 1e-12);
    EXPECT_EQ(distance(statistic, {0, 0}, even), 0);
    EXPECT_EQ(distance(statistic, even, {0, 0}), 0);
  }
}

TEST(Distances, GiniIsZeroForEqualsAndNearsOneForOne) {
  EXPECT_DOUBLE_EQ(gini({4, 4, 4, 4}), 0);
  EXPECT_DOUBLE_EQ(gini({0, 0, 0, 8}), 0.75);
  EXPECT_EQ(gini({}), 0);
}

TEST(Features, NumbersFallIntoBinsInOrder) {
  for (const double low : {-1000.0, -3.0, -0.2, 0.0, 0.2, 1.0, 2.0, 10.0, 100.0, 1000.0}) {
    EXPECT_LE(number_bin(low), number_bin(low + 0.5));
  }
  EXPECT_LT(number_bin(10), number_bin(12));
  EXPECT_LT(number_bin(500), number_bin(600));
  EXPECT_EQ(number_bin(1e300), kNumberBins - 1);
  EXPECT_EQ(number_bin(-1e300), 0U);
  EXPECT_EQ(number_bin(std::nan("")), 0U);
  EXPECT_NE(kind_bin("view"), kind_bin("purchase"));
}

TEST(Features, DecilesHoldATenthOfTheInteractionsEach) {
  std::vector<std::uint64_t> counts(100, 1);
  counts[7] = 100;  // half of all
  const auto deciles = popularity_deciles(counts);
  EXPECT_EQ(deciles[7], 0);
  Histogram held(kDeciles);
  for (std::size_t item = 0; item < counts.size(); ++item) held[deciles[item]] += counts[item];
  EXPECT_EQ(held[0], 100U);
  for (std::size_t decile = 6; decile < kDeciles; ++decile) EXPECT_NEAR(static_cast<double>(held[decile]), 20, 1);
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
  const std::vector<std::pair<Feature, std::function<void(Shop&)>>> shifts{{Feature::kItemPopularity,
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
  for (std::size_t i = 0; i < Baseline::kLeast; ++i) EXPECT_THAT(watch.take(shop.window(Feature::kKind)), IsEmpty());
  EXPECT_EQ(watch.take(shop.window(Feature::kKind)).size(), 2U);
  EXPECT_THAT(watch.take(Histogram(kKindBins)), IsEmpty());
}

TEST(Drift, EqualReferenceWindowsDoNotMakeOneUnknownItemAnAlarm) {
  Baseline baseline(Feature::kUnknownItems);
  for (std::size_t i = 0; i < Baseline::kLeast; ++i) baseline.learn({1000, 0});
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

TEST(Spread, IsThatOfASampleInWhateverOrder) {
  EXPECT_THAT(spread_of(std::vector<std::uint64_t>(499, 1)).coverage, ElementsAre(0, 0));
  const auto even = spread_of(std::vector<std::uint64_t>(500, 1));
  EXPECT_THAT(even.coverage, ElementsAre(500, 0));
  EXPECT_THAT(even.gini, ElementsAre(0, 500));
  const auto one = spread_of({700, 0, 0});
  EXPECT_THAT(one.coverage, ElementsAre(1, 499));
  EXPECT_THAT(one.gini, ElementsAre(0, 500));
  const auto two = spread_of({600, 0, 300});  // two thirds and one third: a Gini coefficient of a sixth
  EXPECT_THAT(two.coverage, ElementsAre(2, 498));
  EXPECT_NEAR(static_cast<double>(two.gini[0]), 500.0 / 6, 15);
  EXPECT_EQ(spread_of({300, 600}).gini, two.gini);
}

TEST(Reference, AnswersGiveWindowsInOrderOfTime) {
  std::vector<HeldOutAnswer> answers;
  for (std::uint32_t n = 0; n < 600; ++n) {
    HeldOutAnswer answer{.time = 1000 - n, .history_length = n < 300 ? 20U : 5U, .by_model = n % 4 != 0, .items = {}};
    if (answer.by_model) {
      answer.top_score = 3;
      answer.score_gap = 0.5;
      for (std::uint32_t item = 0; item < 10; ++item) answer.items.push_back((n + item) % 20);
    }
    answers.push_back(std::move(answer));
  }
  const auto features = answer_windows(answers, popularity_deciles(std::vector<std::uint64_t>(20, 5)));
  ASSERT_EQ(features.size(), 7U);
  for (const auto& [feature, windows] : features) {
    ASSERT_EQ(windows.size(), 12U) << name(feature);
    for (const auto& window : windows) ASSERT_EQ(window.size(), bins(feature)) << name(feature);
    if (feature == Feature::kHistoryLength) {
      EXPECT_EQ(windows.front()[number_bin(5)], 50U);
      EXPECT_EQ(windows.back()[number_bin(20)], 50U);
    }
    if (feature == Feature::kUnknownUsers) {
      EXPECT_THAT(windows[1], AnyOf(ElementsAre(37, 13), ElementsAre(38, 12)));
    }
    if (feature == Feature::kTopScore) {
      EXPECT_NEAR(static_cast<double>(windows[0][number_bin(3)]), 37.5, 0.6);
    }
    if (feature == Feature::kRecommendedPopularity) {
      EXPECT_NEAR(static_cast<double>(total(windows[0])), 375, 6);
    }
  }
  EXPECT_THAT(answer_windows({}, {}), IsEmpty());
}

TEST(Reference, OutlivesJson) {
  const std::vector<ReferenceWindows> written{{Feature::kUnknownItems, {{90, 1}, {80, 2}}}};
  const auto read = read_windows(boost::json::value(to_json(written)));
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].feature, Feature::kUnknownItems);
  EXPECT_THAT(read[0].windows, ElementsAre(ElementsAre(90, 1), ElementsAre(80, 2)));
}

TEST(Reference, WhatIsNotUnderstoodIsLeftOut) {
  EXPECT_THAT(read_windows(boost::json::value(3)), IsEmpty());
  EXPECT_THAT(read_windows(boost::json::value{{"format", 2}, {"features", boost::json::object()}}), IsEmpty());
  boost::json::object features{{"unknown_items", {{"windows", {{1, 2}, {1, 2, 3}, "x", {1, -2}}}}}, {"kind", 1}};
  const auto read = read_windows(boost::json::value{{"format", 1}, {"features", features}});
  ASSERT_EQ(read.size(), 1U);
  EXPECT_THAT(read[0].windows, ElementsAre(ElementsAre(1, 2)));
}

TEST(Reference, ALogGivesWindowsOfItsTimes) {
  std::vector<Event> events;
  const std::int64_t begin = 1'790'000'000 / 86'400 * 86'400;
  for (std::uint32_t n = 0; n < 60 * 40; ++n) {  // 40 days of 60 events, at noon
    events.push_back({.time = begin + n / 60 * 86'400 + 43'200, .user = n % 7, .item = n % 20, .position = n / 7});
  }
  const auto features = reference_windows(events, popularity_deciles(std::vector<std::uint64_t>(20, 120)));
  ASSERT_EQ(features.size(), 5U);
  for (const auto& [feature, windows] : features) {
    EXPECT_GE(windows.size(), Baseline::kLeast) << name(feature);
    for (const auto& window : windows) EXPECT_EQ(window.size(), bins(feature));
    if (feature == Feature::kHourOfDay) {
      EXPECT_EQ(windows.size(), 30U);
      EXPECT_EQ(windows[0][12], 60U);
    }
    if (feature == Feature::kUnknownItems) {
      EXPECT_EQ(windows.back()[1], 0U);
    }
  }
  for (auto& event : events) event.time = 0;
  EXPECT_THAT(reference_windows(events, popularity_deciles(std::vector<std::uint64_t>(20, 120))), IsEmpty());
}

}  // namespace
}  // namespace sasrec::monitoring
