#include "evaluation/evaluate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <mutex>
#include <numeric>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "unit/evaluation/sequences_of.hpp"

namespace sasrec::evaluation {
namespace {

using base::ItemIndex;
using dataset::Case;
using testing::ElementsAre;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kAtTen = 2;  // position of 10 in kCutoffs

/// The same scores for every history; scores[0] belongs to padding.
Ranker fixed(std::vector<float> row) {
  return [row](std::span<const History> histories, std::span<float> scores) {
    ASSERT_EQ(scores.size(), histories.size() * row.size());
    for (std::size_t i = 0; i < histories.size(); ++i) {
      std::ranges::copy(row, scores.subspan(i * row.size()).begin());
    }
  };
}

/// Evaluates one case: history, then the target, with those scores. Every item has the training count 1.
Metrics evaluate_one(const std::vector<std::uint32_t>& items, const std::vector<float>& scores,
                     const EvaluateOptions& options = {}) {
  const auto sequences = sequences_of({items});
  const std::vector<std::uint32_t> counts(scores.size(), 1);
  const std::vector<Case> cases{{.user = 0, .position = static_cast<std::uint32_t>(items.size() - 1)}};
  return evaluate(sequences, cases, counts, fixed(scores), options);
}

TEST(RankMetrics, FollowTheirFormulas) {
  EXPECT_EQ(hit(10, 10), 1);
  EXPECT_EQ(hit(11, 10), 0);
  EXPECT_EQ(ndcg(1, 10), 1);
  EXPECT_DOUBLE_EQ(ndcg(3, 10), 0.5);
  EXPECT_EQ(ndcg(11, 10), 0);
  EXPECT_DOUBLE_EQ(reciprocal_rank(4, 5), 0.25);
  EXPECT_EQ(reciprocal_rank(6, 5), 0);
}

TEST(Evaluate, RanksByScore) {
  // Item 4 is better than the target, item 2.
  const auto metrics = evaluate_one({1, 2}, {9, 8, 5, 1, 7});
  EXPECT_EQ(metrics.cases, 1U);
  EXPECT_EQ(metrics.users, 1U);
  EXPECT_THAT(metrics.hr, ElementsAre(0, 1, 1, 1));
  EXPECT_DOUBLE_EQ(metrics.ndcg[kAtTen], 1 / std::log2(3));
  EXPECT_DOUBLE_EQ(metrics.mrr[kAtTen], 0.5);
}

TEST(Evaluate, SeenItemsDoNotCompeteUnlessIncluded) {
  const std::vector<float> scores{0, 9, 5, 9};
  EXPECT_DOUBLE_EQ(evaluate_one({1, 3, 1, 2}, scores).mrr[kAtTen], 1);
  EXPECT_DOUBLE_EQ(evaluate_one({1, 3, 1, 2}, scores, {.seen = Seen::kInclude}).mrr[kAtTen], 1.0 / 3);
}

TEST(Evaluate, TiesCountAgainstTheTarget) {
  EXPECT_DOUBLE_EQ(evaluate_one({1, 2}, {0, 0, 0, 0, 0}).mrr[kAtTen], 1.0 / 3);
  EXPECT_DOUBLE_EQ(evaluate_one({1, 2}, std::vector<float>(101, 0)).hr[3], 0);
}

TEST(Evaluate, AScoreThatIsNoNumberNeverHelps) {
  EXPECT_EQ(evaluate_one({1, 2}, {0, 0, kNan, 0}).hr[3], 0);
  EXPECT_DOUBLE_EQ(evaluate_one({1, 2}, {0, 0, 5, kNan}).mrr[kAtTen], 0.5);
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  EXPECT_DOUBLE_EQ(evaluate_one({1, 2}, {0, kLowest, kLowest, kLowest}).mrr[kAtTen], 0.5);
}

TEST(Evaluate, AnUnknownTargetIsAMiss) {
  const auto metrics = evaluate_one({1, 0}, {9, 0, 0});
  EXPECT_EQ(metrics.cases, 1U);
  EXPECT_EQ(metrics.unknown_targets, 1U);
  EXPECT_EQ(metrics.hr[3], 0);
  EXPECT_GT(metrics.coverage, 0);  // the list was still made
  EXPECT_EQ(evaluate_one({1, 0}, {9, 0, 0}, {.negatives = 5}).hr[3], 0);
}

TEST(Evaluate, ARepeatedTargetIsLeftOutWhereSeenItemsAre) {
  const auto left_out = evaluate_one({2, 1, 2}, {0, 0, 5});
  EXPECT_EQ(left_out.cases, 0U);
  EXPECT_EQ(left_out.users, 0U);
  EXPECT_EQ(left_out.repeated_targets, 1U);
  EXPECT_EQ(left_out.hr[0], 0);
  const auto asked = evaluate_one({2, 1, 2}, {0, 0, 5}, {.seen = Seen::kInclude});
  EXPECT_EQ(asked.cases, 1U);
  EXPECT_EQ(asked.repeated_targets, 0U);
  EXPECT_EQ(asked.hr[0], 1);
}

TEST(Evaluate, PassesHistoriesOnAsTheyAre) {
  const auto sequences = sequences_of({{1, 0, 2, 3}, {3, 1}});
  const std::vector<Case> cases{{.user = 0, .position = 3}, {.user = 1, .position = 1}};
  std::vector<std::vector<ItemIndex>> seen;
  const Ranker ranker = [&](std::span<const History> histories, std::span<float> scores) {
    std::ranges::fill(scores, 0.0F);
    for (const auto history : histories) seen.emplace_back(history.begin(), history.end());
  };
  (void)evaluate(sequences, cases, std::vector<std::uint32_t>(4, 1), ranker, {});
  EXPECT_THAT(seen, ElementsAre(ElementsAre(ItemIndex{1}, base::kPadding, ItemIndex{2}), ElementsAre(ItemIndex{3})));
}

TEST(Evaluate, CoverageAndPopularityComeFromTheTopTens) {
  // 20 items; 5 has been seen. Equal scores are listed by rising index: 1 to 11 without 5.
  const auto sequences = sequences_of({{5, 20}});
  const std::vector<Case> cases{{.user = 0, .position = 1}};
  std::vector<std::uint32_t> counts(21);
  std::iota(counts.begin(), counts.end(), 0U);
  const auto metrics = evaluate(sequences, cases, counts, fixed(std::vector<float>(21, 1)), {});
  EXPECT_DOUBLE_EQ(metrics.coverage, 10.0 / 20);
  EXPECT_DOUBLE_EQ(metrics.mean_popularity, (66.0 - 5.0) / 10 / 20);
  const auto sampled = evaluate(sequences, cases, counts, fixed(std::vector<float>(21, 1)), {.negatives = 3});
  EXPECT_EQ(sampled.coverage, 0);
  EXPECT_EQ(sampled.mean_popularity, 0);
}

TEST(Evaluate, CountsUsersOnce) {
  const auto sequences = sequences_of({{1, 2, 3}, {1, 2}});
  const std::vector<Case> cases{{.user = 0, .position = 1}, {.user = 0, .position = 2}, {.user = 1, .position = 1}};
  const auto metrics = evaluate(sequences, cases, std::vector<std::uint32_t>(4, 1), fixed({0, 1, 2, 3}), {});
  EXPECT_EQ(metrics.cases, 3U);
  EXPECT_EQ(metrics.users, 2U);
}

TEST(Evaluate, AnswersNoCasesWithZeros) {
  const auto metrics = evaluate(sequences_of({{1, 2}}), {}, std::vector<std::uint32_t>(3, 1), fixed({0, 1, 2}), {});
  EXPECT_EQ(metrics.cases, 0U);
  EXPECT_THAT(metrics.hr, ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(metrics.coverage, 0);
}

TEST(Evaluate, ReportsProgressToTheEnd) {
  const auto sequences = sequences_of(std::vector<std::vector<std::uint32_t>>(10, {1, 2}));
  std::vector<Case> cases;
  for (std::uint32_t user = 0; user < 10; ++user) cases.push_back({.user = user, .position = 1});
  std::vector<std::size_t> done;
  EvaluateOptions options{.threads = 2, .batch = 4};
  options.on_progress = [&](std::size_t now, std::size_t total) {
    EXPECT_EQ(total, 10U);
    done.push_back(now);
  };
  (void)evaluate(sequences, cases, std::vector<std::uint32_t>(3, 1), fixed({0, 1, 2}), options);
  EXPECT_EQ(done.size(), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(done));
  EXPECT_EQ(done.back(), 10U);
}

/// Random sequences of several cases each, with unknown and repeated items, and scores with many ties and a few NaN.
class AgainstNaiveReference : public testing::TestWithParam<std::tuple<Seen, std::uint32_t>> {
 protected:
  static constexpr std::uint32_t kItems = 60;

  AgainstNaiveReference() : random_(std::get<1>(GetParam())) {
    std::vector<std::vector<std::uint32_t>> users;
    for (std::uint32_t user = 0; user < 50; ++user) {
      users.emplace_back(2 + below(30));
      for (auto& item : users.back()) item = below(kItems + 1);
      for (std::uint32_t position = 1; position < users.back().size(); position += 1 + below(5)) {
        cases_.push_back({.user = user, .position = position});
      }
    }
    sequences_ = sequences_of(users);
    for (std::uint32_t i = 0; i <= kItems; ++i) counts_.push_back(below(100));
  }

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  /// Depends on the history alone, so it gives the same in every order of calls.
  static std::vector<float> scores_of(History history) {
    std::uint32_t hash = 17;
    for (const auto item : history) hash = hash * 31 + item.value;
    std::mt19937 random(hash);
    std::vector<float> scores;
    for (std::uint32_t i = 0; i <= kItems; ++i) {
      const auto draw = random() % 41;
      scores.push_back(draw == 40 ? kNan : static_cast<float>(draw % 20));
    }
    return scores;
  }

  static void rank(std::span<const History> histories, std::span<float> scores) {
    for (std::size_t i = 0; i < histories.size(); ++i) {
      std::ranges::copy(scores_of(histories[i]), scores.subspan(i * (kItems + 1)).begin());
    }
  }

  Metrics naive(Seen rule) const {
    Metrics metrics;
    std::set<std::uint32_t> users;
    std::set<std::uint32_t> listed;
    double popularity = 0;
    double entries = 0;
    for (const auto one : cases_) {
      const auto history = sequences_.of(one.user).first(one.position);
      const auto target = sequences_.of(one.user)[one.position].value;
      const auto scores = scores_of(history);
      std::vector<std::uint32_t> candidates;
      for (std::uint32_t i = 1; i <= kItems; ++i) {
        if (rule == Seen::kInclude || std::ranges::count(history, ItemIndex{i}) == 0) candidates.push_back(i);
      }
      if (target != 0 && std::ranges::count(candidates, target) == 0) {
        ++metrics.repeated_targets;
        continue;
      }
      ++metrics.cases;
      users.insert(one.user);
      if (target == 0) ++metrics.unknown_targets;
      auto order = candidates;
      std::erase_if(order, [&](std::uint32_t i) { return std::isnan(scores[i]); });
      std::ranges::stable_sort(order, [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
      order.resize(std::min<std::size_t>(order.size(), 10));
      for (const auto i : order) {
        listed.insert(i);
        popularity += counts_[i];
        ++entries;
      }
      if (target == 0 || std::isnan(scores[target])) continue;
      std::size_t rank = 1;
      for (const auto i : candidates) {
        if (i != target && (std::isnan(scores[i]) || scores[i] >= scores[target])) ++rank;
      }
      for (std::size_t c = 0; c < kCutoffs.size(); ++c) {
        metrics.hr[c] += hit(rank, kCutoffs[c]);
        metrics.ndcg[c] += ndcg(rank, kCutoffs[c]);
        metrics.mrr[c] += reciprocal_rank(rank, kCutoffs[c]);
      }
    }
    for (std::size_t c = 0; c < kCutoffs.size(); ++c) {
      metrics.hr[c] /= static_cast<double>(metrics.cases);
      metrics.ndcg[c] /= static_cast<double>(metrics.cases);
      metrics.mrr[c] /= static_cast<double>(metrics.cases);
    }
    metrics.users = users.size();
    metrics.coverage = static_cast<double>(listed.size()) / kItems;
    metrics.mean_popularity = popularity / entries / std::ranges::max(counts_);
    return metrics;
  }

  std::mt19937 random_;
  dataset::Sequences sequences_;
  std::vector<Case> cases_;
  std::vector<std::uint32_t> counts_;
};

TEST_P(AgainstNaiveReference, GivesTheSameMetrics) {
  const auto rule = std::get<0>(GetParam());
  const auto expected = naive(rule);
  const auto metrics = evaluate(sequences_, cases_, counts_, rank, {.seen = rule, .threads = 2, .batch = 7});
  EXPECT_EQ(metrics.cases, expected.cases);
  EXPECT_EQ(metrics.users, expected.users);
  EXPECT_EQ(metrics.unknown_targets, expected.unknown_targets);
  EXPECT_EQ(metrics.repeated_targets, expected.repeated_targets);
  for (std::size_t c = 0; c < kCutoffs.size(); ++c) {
    EXPECT_DOUBLE_EQ(metrics.hr[c], expected.hr[c]);
    EXPECT_DOUBLE_EQ(metrics.ndcg[c], expected.ndcg[c]);
    EXPECT_DOUBLE_EQ(metrics.mrr[c], expected.mrr[c]);
  }
  EXPECT_DOUBLE_EQ(metrics.coverage, expected.coverage);
  EXPECT_NEAR(metrics.mean_popularity, expected.mean_popularity, 1e-12);
}

TEST_P(AgainstNaiveReference, DependsOnNeitherThreadsNorBatch) {
  for (const std::size_t negatives : {0, 10}) {
    EvaluateOptions options{.negatives = negatives, .seen = std::get<0>(GetParam()), .threads = 1, .batch = 1};
    const auto expected = evaluate(sequences_, cases_, counts_, rank, options);
    for (const std::size_t batch : {0, 3, 1000}) {
      options.batch = batch;
      options.threads = 3;
      const auto metrics = evaluate(sequences_, cases_, counts_, rank, options);
      EXPECT_EQ(metrics.ndcg, expected.ndcg);
      EXPECT_EQ(metrics.mrr, expected.mrr);
      EXPECT_EQ(metrics.coverage, expected.coverage);
      EXPECT_EQ(metrics.mean_popularity, expected.mean_popularity);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Evaluate, AgainstNaiveReference,
                         testing::Combine(testing::Values(Seen::kExclude, Seen::kInclude),
                                          testing::Values(1U, 2U, 3U)));

}  // namespace
}  // namespace sasrec::evaluation
