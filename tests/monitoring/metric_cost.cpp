// What operations on metrics cost, in nanoseconds of processor time, as one JSON document: the medians of 11 rounds.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "http/endpoints.hpp"
#include "http/route_metrics.hpp"
#include "telemetry/metrics.hpp"

namespace {

double processor_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class Operation>
double cost(Operation operation) {
  constexpr int kRounds = 11;
  constexpr int kOperations = 20'000;
  std::array<double, kRounds> rounds{};
  for (auto& round : rounds) {
    const double begin = processor_nanoseconds();
    for (int i = 0; i < kOperations; ++i) operation(i);
    round = (processor_nanoseconds() - begin) / kOperations;
  }
  std::ranges::sort(rounds);
  return rounds[kRounds / 2];
}

}  // namespace

int main() {
  using namespace sasrec;
  telemetry::Metrics metrics;
  const std::array<std::string_view, 1> operations{"finish"};
  metrics.count_database(operations);
  const std::array endpoints{http::Endpoint{http::Method::kPost, "/v1/recommendations", {}, {}}};
  http::RouteMetrics routes(metrics, endpoints);
  const auto seconds = [](int i) {
    return 0.0001 * (1 + i % 1000);
  };
  const double counter = cost([&](int) { metrics.requests_accepted.Increment(); });
  const double histogram = cost([&](int i) { metrics.answer_seconds.Observe(seconds(i)); });
  const double database = cost([&](int i) { metrics.database_took(0, std::chrono::microseconds(i % 1000)); });
  const double labelled = cost([&](int) { metrics.answers.Add({{"source", std::string("model")}}).Increment(); });
  const double http = cost([&](int i) {
    routes.answered(endpoints[0].route, http::Method::kPost, 200, std::chrono::microseconds(i % 1000));
  });
  const double begin = processor_nanoseconds();
  constexpr int kScrapes = 20;
  std::size_t bytes = 0;
  for (int i = 0; i < kScrapes; ++i) bytes += metrics.render().size();
  const double scrape = (processor_nanoseconds() - begin) / kScrapes;
  std::printf(
      R"({"counter": %.1f, "histogram": %.1f, "database": %.1f, "labelled": %.1f, "http": %.1f, "scrape": %.0f, "bytes": %zu})"
      "\n",
      counter, histogram, database, labelled, http, scrape, bytes / kScrapes);
}
