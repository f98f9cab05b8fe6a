#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sasrec::telemetry {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

TEST(Metrics, AreThereBeforeAnythingHappened) {
  const auto text = Metrics().render();
  for (const auto* name : {"sasrec_http_connections_total 0",
                           "sasrec_http_refused_total{reason=\"overload\"} 0",
                           "sasrec_requests_accepted_total 0",
                           "sasrec_requests_unpublished_total 0",
                           "sasrec_results_total{status=\"done\"} 0",
                           "sasrec_results_total{status=\"failed\"} 0",
                           "sasrec_worker_overdue_total 0",
                           "sasrec_answers_total{source=\"model\"} 0",
                           "sasrec_answers_total{source=\"popular\"} 0",
                           "sasrec_unknown_items_total 0",
                           "sasrec_worker_batch_size_count 0",
                           "sasrec_stage_duration_seconds_count{stage=\"database\"} 0",
                           "sasrec_stage_duration_seconds_count{stage=\"inference\"} 0",
                           "sasrec_results_written_total 0",
                           "sasrec_interactions_written_total 0",
                           "sasrec_items_written_total 0",
                           R"(sasrec_skipped_records_total{topic="sasrec.items"} 0)",
                           "sasrec_sweeper_republished_total 0",
                           "sasrec_sweeper_expired_total 0",
                           "sasrec_dead_letters_total{topic=\"sasrec.requests\"} 0",
                           "sasrec_store_retries_total{operation=\"finish\"} 0"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + name + "\n"));
  }
}

TEST(Metrics, EveryOneHasHelpAndType) {
  Metrics metrics;
  metrics.http_requests.Add({{"route", "other"}, {"method", "GET"}, {"status", "404"}}).Increment();
  metrics.http_seconds.Add({{"route", "other"}}, Metrics::latency_buckets()).Observe(0.02);
  std::size_t helps = 0;
  std::size_t types = 0;
  for (const auto& line : lines(metrics.render())) {
    if (line.starts_with("# HELP ")) {
      ++helps;
      EXPECT_THAT(line, MatchesRegex("# HELP (sasrec|process)_[a-z_]+ [A-Z].+"));
    } else if (line.starts_with("# TYPE ")) {
      ++types;
      EXPECT_THAT(line, MatchesRegex("# TYPE (sasrec|process)_[a-z_]+ (counter|gauge|histogram)"));
    } else {
      EXPECT_THAT(line, MatchesRegex("(sasrec|process)_[a-z_]+(.[^ ]+.)? [^ ]+"));
    }
  }
  EXPECT_GT(helps, 0U);
  EXPECT_EQ(types, helps);
}

TEST(Metrics, CountersEndInTotal) {
  Metrics metrics;
  metrics.http_requests.Add({{"route", "other"}, {"method", "GET"}, {"status", "404"}});
  for (const auto& line : lines(metrics.render())) {
    if (line.starts_with("# TYPE ")) {
      EXPECT_EQ(line.ends_with(" counter"), line.find("_total ") != std::string::npos) << line;
    }
  }
}

TEST(Metrics, TheServedVersionIsOneSeries) {
  Metrics metrics;
  EXPECT_THAT(metrics.render(), Not(HasSubstr("sasrec_model_info{")));
  metrics.serves("a", 100);
  metrics.serves("b", 200);
  EXPECT_THAT(metrics.render(), AllOf(HasSubstr("\nsasrec_model_info{version=\"b\"} 1\n"), Not(HasSubstr("\"a\"")),
                                      HasSubstr("\nsasrec_model_created_timestamp_seconds 200\n")));
}

TEST(Metrics, TheDatabasesTimeIsCountedByOperation) {
  Metrics metrics;
  EXPECT_THAT(metrics.render(), Not(HasSubstr("sasrec_database_duration_seconds_count")));
  const std::array<std::string_view, 2> operations{"accept", "find"};
  metrics.count_database(operations);
  metrics.database_took(1, std::chrono::milliseconds(1));
  EXPECT_THAT(metrics.render(), AllOf(HasSubstr("sasrec_database_duration_seconds_count{operation=\"accept\"} 0\n"),
                                      HasSubstr("sasrec_database_duration_seconds_count{operation=\"find\"} 1\n"),
                                      HasSubstr("sasrec_database_duration_seconds_sum{operation=\"find\"} 0.001\n")));
  EXPECT_ANY_THROW(metrics.database_took(2, std::chrono::milliseconds(1)));
}

/// The value of a metric without labels; none if it is missing.
std::optional<double> value_of(const std::string& text, const std::string& name) {
  for (const auto& line : lines(text)) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  }
  return std::nullopt;
}

TEST(Metrics, OfTheProcessHaveTheValuesOfThisProcess) {
  const auto text = Metrics().render();
  EXPECT_GE(value_of(text, "process_cpu_seconds_total").value_or(-1), 0);
  for (const auto* name : {"resident_memory_bytes", "virtual_memory_bytes", "open_fds", "max_fds", "threads"}) {
    EXPECT_GT(value_of(text, std::string("process_") + name).value_or(0), 0) << name;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_NEAR(value_of(text, "process_start_time_seconds").value_or(0), std::chrono::duration<double>(now).count(),
              600);
}

TEST(Metrics, LatencyBucketsRise) {
  const auto buckets = Metrics::latency_buckets();
  EXPECT_TRUE(std::is_sorted(buckets.begin(), buckets.end(), std::less_equal<>()));
  EXPECT_EQ(buckets.front(), 0.0001);
  EXPECT_EQ(buckets.back(), 30);
}

TEST(Metrics, AnObservedGaugeIsAskedAtEachScrape) {
  Metrics metrics;
  int depth = 0;
  metrics.observe("sasrec_queue_depth", "Waiting", {{"queue", "a"}}, [&] { return ++depth; });
  metrics.observe("sasrec_queue_depth", "Waiting", {{"queue", "b"}}, [] { return 7.5; });
  EXPECT_THAT(metrics.render(), AllOf(HasSubstr("sasrec_queue_depth{queue=\"a\"} 1\n"),
                                      HasSubstr("sasrec_queue_depth{queue=\"b\"} 7.5\n")));
  EXPECT_THAT(metrics.render(), HasSubstr("sasrec_queue_depth{queue=\"a\"} 2\n"));
  EXPECT_EQ(depth, 2);
}

TEST(Metrics, MayBeCountedAndRenderedAtOnce) {
  Metrics metrics;
  std::jthread counting([&] {
    for (int n = 0; n < 1000; ++n) metrics.requests_accepted.Increment();
  });
  for (int n = 0; n < 20; ++n) EXPECT_THAT(metrics.render(), Not(testing::IsEmpty()));
  counting.join();
  EXPECT_THAT(metrics.render(), HasSubstr("\nsasrec_requests_accepted_total 1000\n"));
}

}  // namespace
}  // namespace sasrec::telemetry
