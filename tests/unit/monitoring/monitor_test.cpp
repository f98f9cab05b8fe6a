#include "monitoring/monitor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "monitoring/reference.hpp"
#include "support/fakes/fake_windows.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::monitoring {
namespace {

using base::ErrorCode;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class MonitorTest : public testing::Test {
 protected:
  std::string text() { return all_.render(); }
  /// Lets `count` windows pass, each looked at once.
  void pass(int count) {
    for (int i = 0; i < count; ++i) {
      now_ += seconds(60);
      EXPECT_TRUE(monitor_.look());
    }
  }
  std::string publish() {
    return test::save_sample(test::sample_model(test::sample_config(), 1), folder_.path()).filename().string();
  }

  test::TemporaryFolder folder_;
  test::FakeWindows store_;
  telemetry::Metrics all_;
  telemetry::MonitorMetrics metrics_{all_};
  base::Time now_{seconds(86'400 * 20'000 + 30)};
  Monitor monitor_{folder_.path(), store_, metrics_, {.window = seconds(60), .clock = [this] {
                                                        return now_;
                                                      }}};
};

TEST_F(MonitorTest, EachWindowIsReadOnceAfterItHasEnded) {
  publish();
  EXPECT_TRUE(monitor_.look());
  EXPECT_TRUE(monitor_.look());
  ASSERT_EQ(store_.windows.size(), 1U);
  EXPECT_EQ(store_.windows[0].end.time_since_epoch(), seconds(86'400 * 20'000));
  EXPECT_EQ(store_.windows[0].end - store_.windows[0].begin, seconds(60));
  ASSERT_EQ(store_.days.size(), 1U);
  EXPECT_EQ(store_.days[0].end - store_.days[0].begin, seconds(86'400));
  now_ += seconds(31);  // the next has ended a second ago: writes are under way
  EXPECT_TRUE(monitor_.look());
  EXPECT_EQ(store_.windows.size(), 1U);
  now_ += seconds(1);
  EXPECT_TRUE(monitor_.look());
  EXPECT_EQ(store_.windows.size(), 2U);
  EXPECT_EQ(store_.days.size(), 1U);
  // Answers are looked at once what follows them is there.
  EXPECT_EQ(store_.quality_periods[1].end, store_.windows[1].begin);
  EXPECT_THAT(text(), HasSubstr("\nsasrec_monitor_window_seconds 60\n"));
}

TEST_F(MonitorTest, AShiftIsAnAlarmAfterTwoWindowsAndEndsWithIt) {
  publish();
  const std::string alarm = R"(sasrec_drift_alarm{feature="unknown_items",statistic="psi"} )";
  EXPECT_THAT(text(), HasSubstr(alarm + "0\n"));  // there before anything was read
  EXPECT_TRUE(monitor_.look());
  for (int i = 0; i < 10; ++i) {  // the first windows are the reference: it is told that none came with the version
    store_.items_of_window[0].count = static_cast<std::uint64_t>(95 + i);
    pass(1);
  }
  EXPECT_THAT(text(), AllOf(HasSubstr("\nsasrec_drift_reference_missing 1\n"),
                            HasSubstr(R"(sasrec_drift_reference_windows{feature="unknown_items"} 10)")));
  store_.items_of_window.push_back({"never heard of", 100});
  pass(1);
  EXPECT_THAT(text(), HasSubstr(alarm + "0\n"));
  pass(1);
  EXPECT_THAT(text(), HasSubstr(alarm + "1\n"));
  store_.items_of_window.pop_back();
  pass(1);
  EXPECT_THAT(text(), HasSubstr(alarm + "0\n"));
}

TEST_F(MonitorTest, ANewVersionBeginsAnew) {
  publish();
  EXPECT_TRUE(monitor_.look());
  pass(3);
  EXPECT_THAT(text(), HasSubstr(R"(sasrec_drift_reference_windows{feature="kind"} 4)"));
  publish();
  pass(1);
  EXPECT_THAT(text(), HasSubstr(R"(sasrec_drift_reference_windows{feature="kind"} 1)"));
}

TEST_F(MonitorTest, WhatAVersionBringsIsUsedFromTheFirstWindow) {
  auto model = test::sample_model(test::sample_config(), 1);
  ReferenceWindows known{.feature = Feature::kUnknownItems, .windows = {}};
  for (std::uint64_t i = 0; i < 12; ++i) known.windows.push_back({190 + i, 1 + i % 3});
  model.draft.reference["drift"] = to_json({&known, 1});
  test::save_sample(model, folder_.path());
  EXPECT_TRUE(monitor_.look());
  EXPECT_THAT(text(),
              AllOf(HasSubstr("\nsasrec_drift_reference_missing 0\n"),
                    HasSubstr(R"(sasrec_drift_reference_windows{feature="unknown_items"} 12)"),
                    testing::ContainsRegex("sasrec_drift_threshold.feature=.unknown_items.,statistic=.psi.. 0[.]0")));
}

TEST_F(MonitorTest, ADatabaseThatIsAwayIsTriedAgain) {
  publish();
  store_.down = true;  // already for what was learned of the version
  EXPECT_EQ(monitor_.look().error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(text(), HasSubstr("\nsasrec_monitor_failures_total 1\n"));
  EXPECT_EQ(store_.windows.size(), 0U);
  store_.down = false;
  EXPECT_TRUE(monitor_.look());
  now_ += seconds(60);
  store_.down = true;
  EXPECT_EQ(monitor_.look().error().code, ErrorCode::kUnavailable);
  store_.down = false;
  EXPECT_TRUE(monitor_.look());
  ASSERT_EQ(store_.windows.size(), 3U);
  EXPECT_EQ(store_.windows[1].end, store_.windows[2].end);
}

TEST_F(MonitorTest, AWindowIsJudgedOnceHoweverOftenItsQualityIsTried) {
  publish();
  EXPECT_TRUE(monitor_.look());
  pass(10);
  store_.items_of_window.push_back({"never heard of", 100});
  now_ += seconds(60);
  store_.quality_down = true;
  EXPECT_FALSE(monitor_.look());
  EXPECT_FALSE(monitor_.look());
  store_.quality_down = false;
  EXPECT_TRUE(monitor_.look());
  const std::string alarm = R"(sasrec_drift_alarm{feature="unknown_items",statistic="psi"} )";
  EXPECT_THAT(text(), HasSubstr(alarm + "0\n"));  // one window is no alarm
  pass(1);
  EXPECT_THAT(text(), HasSubstr(alarm + "1\n"));
}

/// A monitor anew, over the same database and checkpoints.
struct Restarted {
  Restarted(const std::filesystem::path& checkpoints, WindowStore& store, const base::Time& now)
      : monitor(checkpoints, store, metrics, {.window = seconds(60), .clock = [&now] {
                                                return now;
                                              }}) {}
  telemetry::Metrics all;
  telemetry::MonitorMetrics metrics{all};
  Monitor monitor;
};

TEST_F(MonitorTest, WhatWasLearnedOutlivesARestart) {
  const auto version = publish();
  EXPECT_TRUE(monitor_.look());
  pass(11);
  for (const auto feature : all_features()) {
    if (feature == Feature::kRecommendedCoverage || feature == Feature::kRecommendedGini) continue;  // 60 are too few
    const auto& kept = store_.kept[version].at(feature);
    EXPECT_EQ(kept.reference.windows.size(), needs_a_day(feature) ? 1U : Baseline::kMin) << name(feature);
  }
  store_.items_of_window.push_back({"never heard of", 100});
  Restarted again(folder_.path(), store_, now_);
  EXPECT_TRUE(again.monitor.look());
  now_ += seconds(60);
  EXPECT_TRUE(again.monitor.look());
  EXPECT_THAT(again.all.render(), AllOf(HasSubstr(R"(sasrec_drift_reference_windows{feature="unknown_items"} 10)"),
                                        HasSubstr(R"(sasrec_drift_alarm{feature="unknown_items",statistic="psi"} 1)")));
}

TEST_F(MonitorTest, ARestartAmidLearningGoesOnAndLearnsNoWindowTwice) {
  const auto version = publish();
  EXPECT_TRUE(monitor_.look());
  pass(3);
  Restarted again(folder_.path(), store_, now_);
  EXPECT_TRUE(again.monitor.look());  // the window that the one before had learned from
  EXPECT_EQ(store_.kept[version].at(Feature::kKind).reference.windows.size(), 4U);
  EXPECT_EQ(store_.kept[version].at(Feature::kHourOfDay).reference.windows.size(), 1U);
  now_ += seconds(60);
  EXPECT_TRUE(again.monitor.look());
  EXPECT_THAT(again.all.render(), HasSubstr(R"(sasrec_drift_reference_windows{feature="kind"} 5)"));
}

TEST_F(MonitorTest, WhatCanNotBeKeptNowIsKeptLater) {
  const auto version = publish();
  store_.keeps_nothing = true;
  EXPECT_TRUE(monitor_.look());
  EXPECT_TRUE(store_.kept[version].empty());
  store_.keeps_nothing = false;
  pass(1);
  EXPECT_EQ(store_.kept[version].at(Feature::kKind).reference.windows.size(), 2U);
  EXPECT_EQ(store_.kept[version].at(Feature::kHourOfDay).reference.windows.size(), 1U);
}

TEST_F(MonitorTest, WithoutAModelItGoesOn) {
  EXPECT_TRUE(monitor_.look());
  EXPECT_THAT(text(), HasSubstr(R"(sasrec_drift_observations{feature="unknown_items"} 200)"));
}

TEST_F(MonitorTest, QualityIsToldByVersionForAsLongAsTheVersionAnswers) {
  publish();
  store_.qualities = {{.version = "v1",
                       .answers = 20,
                       .labelled = 10,
                       .clicked = 4,
                       .events = 8,
                       .model = {.hits_1 = 1, .hits_5 = 2, .hits_10 = 4, .reciprocal_ranks = 2},
                       .popular = {.hits_1 = 0, .hits_5 = 1, .hits_10 = 2, .reciprocal_ranks = 1}}};
  EXPECT_TRUE(monitor_.look());
  EXPECT_THAT(text(), AllOf(HasSubstr(R"(sasrec_online_hit_ratio{k="10",ranker="model",version="v1"} 0.5)"),
                            HasSubstr(R"(sasrec_online_hit_ratio{k="10",ranker="popular",version="v1"} 0.25)"),
                            HasSubstr(R"(sasrec_online_reciprocal_rank{ranker="model",version="v1"} 0.25)"),
                            HasSubstr(R"(sasrec_online_label_coverage_ratio{version="v1"} 0.5)"),
                            HasSubstr(R"(sasrec_online_click_ratio{version="v1"} 0.2)")));
  store_.qualities[0].version = "v2";
  pass(1);
  EXPECT_THAT(text(), AllOf(HasSubstr(R"(version="v2")"), Not(HasSubstr(R"(version="v1")"))));
}

TEST_F(MonitorTest, RunsUntilItIsStopped) {
  publish();
  std::jthread running([&](const std::stop_token& stop) { monitor_.run(stop); });
  while (text().find("\nsasrec_monitor_window_end_timestamp_seconds 0") != std::string::npos) std::this_thread::yield();
  running.request_stop();
  running.join();
  EXPECT_EQ(store_.windows.size(), 1U);
}

TEST_F(MonitorTest, CoverageAndGiniAreOfTheModelsItems) {
  publish();
  EXPECT_TRUE(monitor_.look());
  const auto share = "\nsasrec_recommended_coverage_ratio " + std::to_string(2.0 / 12).substr(0, 6);
  EXPECT_THAT(text(), HasSubstr(share));
  EXPECT_THAT(text(), HasSubstr("\nsasrec_recommended_gini_ratio 0.83"));
}

}  // namespace
}  // namespace sasrec::monitoring
