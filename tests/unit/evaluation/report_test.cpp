#include "evaluation/report.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace sasrec::evaluation {
namespace {

Metrics metrics_with(double ndcg_at_10) {
  Metrics metrics;
  metrics.cases = 7;
  metrics.users = 5;
  metrics.hr[0] = 0.25;
  metrics.ndcg[2] = ndcg_at_10;
  metrics.mrr[3] = 0.125;
  metrics.coverage = 0.5;
  return metrics;
}

TEST(Report, PutsTheModelAtTheTopAndTheBaselinesBelow) {
  const auto object = to_json(Report{.protocol = dataset::Protocol::kTimeSplit,
                                     .model = metrics_with(0.3),
                                     .popularity = metrics_with(0.1),
                                     .bigram = metrics_with(0.2)});
  EXPECT_EQ(object.at("protocol").as_string(), "time-split");
  EXPECT_EQ(object.at("negatives").as_string(), "all");
  EXPECT_EQ(object.at("users").to_number<int>(), 5);
  EXPECT_EQ(object.at("cases").to_number<int>(), 7);
  EXPECT_EQ(object.at("hr@1").as_double(), 0.25);
  EXPECT_EQ(object.at("ndcg@10").as_double(), 0.3);
  EXPECT_EQ(object.at("mrr@20").as_double(), 0.125);
  EXPECT_EQ(object.at("coverage").as_double(), 0.5);
  const auto& baselines = object.at("baselines").as_object();
  EXPECT_EQ(baselines.at("popularity").at("ndcg@10").as_double(), 0.1);
  EXPECT_EQ(baselines.at("bigram").at("ndcg@10").as_double(), 0.2);
}

TEST(Report, TellsTheNumberOfNegativesAndLeavesOutWhatTheyDoNotGive) {
  const auto object = to_json(Report{.negatives = 100});
  EXPECT_EQ(object.at("negatives").to_number<int>(), 100);
  EXPECT_FALSE(object.contains("coverage"));
  EXPECT_FALSE(object.at("baselines").at("bigram").as_object().contains("mean_popularity"));
}

}  // namespace
}  // namespace sasrec::evaluation
