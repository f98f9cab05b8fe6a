#include "checkpoint/metrics.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace sasrec::checkpoint {
namespace {

constexpr auto kWhole =
    R"({"data":{"users":3,"items":4,"interactions":9,"events":15,"held":{"rule":"users","share":5E-1,"hash":1},)"
    R"("first_time":5,"last_time":90,"learned_until":80},"validation":{"ndcg@10":2.5E-1},)"
    R"("test":{"protocol":"leave-one-out","ndcg@10":3.75E-1},)"
    R"("training":{"epochs":7,"best_epoch":5,"seconds_per_epoch":1.5E0},)"
    R"("gate":{"passed":true,"code":"better","reason":"why","cases":20,"candidate":5E-1,"popularity":2.5E-1,)"
    R"("compared_with":"serving","serving_version":"v","serving":4E-1,"difference":{"mean":1.25E-1,"error":6.25E-2}}})";

Metrics read(const char* json) {
  return read_metrics(boost::json::parse(json).as_object());
}

TEST(Metrics, AreWrittenByteForByteAsTheyWereRead) {
  const auto metrics = read(kWhole);
  EXPECT_EQ(boost::json::serialize(to_json(metrics)), kWhole);
  ASSERT_TRUE(metrics.data);
  EXPECT_EQ(metrics.data->held, (HeldRecord{"users", 0.5, 1}));
  EXPECT_EQ(metrics.data->learned_until, 80);
  EXPECT_EQ(metrics.test_ndcg(), 0.375);
  ASSERT_TRUE(metrics.gate);
  EXPECT_EQ(metrics.gate->difference, (LeadRecord{0.125, 0.0625}));
}

TEST(Metrics, WithoutARivalNameWhatWasComparedInstead) {
  Metrics metrics;
  metrics.gate.emplace().code = "too-few-cases";
  const auto written = to_json(metrics);
  EXPECT_EQ(written.at("gate").at("compared_with").as_string(), "popularity");
  EXPECT_FALSE(written.at("gate").as_object().contains("serving"));
}

TEST(Metrics, OfAnImportedModelSayNothing) {
  const auto metrics = read(R"({"source":"pytorch"})");
  EXPECT_FALSE(metrics.data || metrics.validation_ndcg || metrics.training || metrics.gate || metrics.test_ndcg());
  EXPECT_TRUE(to_json(metrics).empty());
}

TEST(Metrics, AWrongValueCountsAsNotSaid) {
  const auto metrics = read(R"({"data":{"users":"3","events":4.5,"last_time":9,"held":[]},"validation":3,)"
                            R"("test":{"ndcg@10":"x"},"training":{"epochs":1},"gate":{"passed":1}})");
  ASSERT_TRUE(metrics.data);
  DataRecord expected;
  expected.last_time = 9;
  EXPECT_EQ(*metrics.data, expected);
  EXPECT_FALSE(metrics.validation_ndcg || metrics.training || metrics.gate || metrics.test_ndcg());
}

}  // namespace
}  // namespace sasrec::checkpoint
