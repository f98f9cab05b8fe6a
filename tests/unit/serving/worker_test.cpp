#include "serving/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "bus/codec.hpp"
#include "kernels/kernels.hpp"
#include "support/fakes/fake_bus.hpp"
#include "support/fakes/model_fixture.hpp"

namespace sasrec::serving {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

/// Called once within the next answer of a model with watched_kernels(), on the worker's thread.
std::function<void()> meanwhile;

kernels::Kernels watched_kernels() {
  auto watched = kernels::best();
  watched.attend = [](const kernels::Attention& attention) {
    if (const auto once = std::exchange(meanwhile, nullptr)) once();
    kernels::best().attend(attention);
  };
  return watched;
}

class WorkerTest : public testing::Test {
 protected:
  Worker::Options options() {
    return {.batch = 8,
            .outbox = {.max_open = 16, .backoff = {.first = 1ms, .max = 5ms}, .patience = 50ms},
            .clock = [this] {
              return base::Time(now_.load());
            }};
  }

  void start() { start(options()); }
  void start(Worker::Options options) {
    worker_.emplace(bus_, served_.slot, served_.catalogue, served_.popular, metrics_, std::move(options));
    running_ = std::jthread([this](const std::stop_token& stop) { worker_->run(stop); });
    ASSERT_TRUE(bus_.await_subscriptions(1));
  }
  void stop() {
    running_.request_stop();
    running_.join();
  }

  void add(const bus::RequestRecord& request) { bus_.add(bus::encode(request)); }

  std::vector<bus::ResultRecord> results() const {
    std::vector<bus::ResultRecord> results;
    for (const auto& message : bus_.published(bus::Topic::kResults))
      results.push_back(bus::decode_result(message).value());
    return results;
  }
  double batches() { return batch_size("count"); }
  double batch_size(const std::string& what) {
    const auto text = metrics_.render();
    const auto name = "\nsasrec_worker_batch_size_" + what + ' ';
    return std::stod(text.substr(text.find(name) + name.size()));
  }
  double count(const char* status) { return metrics_.results.Add({{"status", status}}).Value(); }

  test::FakeBus bus_;
  test::ModelFixture served_;
  telemetry::Metrics metrics_;
  std::atomic<base::Time::duration> now_ = test::at(10ms).time_since_epoch();
  std::optional<Worker> worker_;
  std::jthread running_;
};

TEST_F(WorkerTest, ARequestIsAnsweredThenAcknowledged) {
  const auto model = served_.load(1);
  served_.slot.put(model);
  auto request = test::sample_request({"item-2", "who"});
  request.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  add(request);
  start();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 1));
  ASSERT_THAT(results(), SizeIs(1));
  const auto result = results()[0];
  EXPECT_EQ(result.id, request.id);
  EXPECT_EQ(result.user, request.user);
  EXPECT_EQ(result.status, bus::Status::kDone);
  EXPECT_EQ(result.model, model->version());
  EXPECT_EQ(result.source, "model");
  EXPECT_THAT(result.items, SizeIs(3));
  EXPECT_EQ(result.unknown_items, 1U);
  EXPECT_EQ(result.created, request.created);
  EXPECT_EQ(result.deadline, request.deadline);
  EXPECT_EQ(result.finished, test::at(10ms));
  EXPECT_EQ(result.timings, (bus::Timings{.database_ms = 2, .bus_ms = 8}));
  EXPECT_EQ(result.traceparent, request.traceparent);
  stop();
  EXPECT_EQ(count("done"), 1);
  EXPECT_EQ(metrics_.answers.Add({{"source", "model"}}).Value(), 1);
  EXPECT_EQ(metrics_.unknown_items.Value(), 1);
  EXPECT_GE(bus_.commits(), 1U);
}

TEST_F(WorkerTest, WithoutAnythingToAnswerFromTheListIsEmpty) {
  add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_published(bus::Topic::kResults, 1));
  EXPECT_EQ(results()[0].status, bus::Status::kDone);
  EXPECT_EQ(results()[0].source, "popular");
  EXPECT_THAT(results()[0].items, IsEmpty());
}

TEST_F(WorkerTest, ARequestPastItsDeadlineIsLeftToTheSweeper) {
  now_ = test::at(30'001ms).time_since_epoch();
  add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 1));
  stop();
  EXPECT_THAT(results(), IsEmpty());
  EXPECT_EQ(metrics_.overdue.Value(), 1);
}

TEST_F(WorkerTest, AnAnswerThatComesAfterTheDeadlineIsNotPublished) {
  const auto kernels = watched_kernels();
  served_.slot.put(served_.load(1, kernels));
  meanwhile = [this] {
    now_ = test::at(30'001ms).time_since_epoch();
  };
  add(test::sample_request({"item-2"}));
  start();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 1));
  stop();
  EXPECT_THAT(results(), IsEmpty());
  EXPECT_EQ(metrics_.overdue.Value(), 1);
}

TEST_F(WorkerTest, AnUnreadableRecordIsBuriedAndBlocksNothing) {
  bus_.add({.topic = bus::Topic::kRequests, .key = "u", .value = "{}"});
  add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 2));
  EXPECT_THAT(results(), SizeIs(1));
  ASSERT_THAT(bus_.published(bus::Topic::kDead), SizeIs(1));
  EXPECT_THAT(std::string(header(bus_.published(bus::Topic::kDead)[0], "reason")), HasSubstr("/id is missing"));
  stop();
  EXPECT_EQ(metrics_.dead_letters.Add({{"topic", "sasrec.requests"}}).Value(), 1);
}

TEST_F(WorkerTest, AnUnreadableRecordIsAcknowledgedOnlyOnceItIsBuried) {
  bus_.hold_deliveries();
  bus_.add({.topic = bus::Topic::kRequests, .value = "?"});
  start();
  ASSERT_TRUE(bus_.await_queued(1));
  stop();
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kRequests), 0U);
  bus_.deliver_held();
}

TEST_F(WorkerTest, AnExceptionBecomesAFailedResult) {
  const auto kernels = watched_kernels();
  served_.slot.put(served_.load(1, kernels));
  meanwhile = [] {
    throw std::runtime_error("the model\nbroke");
  };
  add(test::sample_request({"item-2"}));
  add(test::sample_request({"item-2"}));
  start();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 2));
  stop();
  EXPECT_EQ(results().at(0).status, bus::Status::kFailed);
  EXPECT_EQ(results()[0].error, "internal error: the model broke");
  EXPECT_EQ(results()[0].source, "");
  EXPECT_EQ(results().at(1).status, bus::Status::kDone);
  EXPECT_EQ(count("failed"), 1);
  EXPECT_EQ(count("done"), 1);
}

TEST_F(WorkerTest, AResultThatCannotBePublishedBecomesAFailedOne) {
  served_.slot.put(served_.load(1));
  bus_.set_largest(600);
  auto request = test::sample_request({"item-2"});
  request.k = 12;
  add(request);
  start();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 1));
  EXPECT_EQ(results().at(0).status, bus::Status::kFailed);
  EXPECT_THAT(results()[0].error, HasSubstr("could not be published"));
}

TEST_F(WorkerTest, AResultThatCannotBePublishedAtAllIsGivenUp) {
  bus_.refuse(2, base::ErrorCode::kInvalidInput);
  add(test::sample_request());
  add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 2));
  EXPECT_THAT(results(), SizeIs(1));
}

TEST_F(WorkerTest, ARequestIsNotAcknowledgedBeforeItsResultIsDelivered) {
  bus_.hold_deliveries();
  add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_queued(1));
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kRequests), 0U);
  bus_.deliver_held();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 1));
}

TEST_F(WorkerTest, AResultThatWasNotDeliveredIsPublishedAgain) {
  bus_.fail_deliveries(3);
  add(test::sample_request());
  add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 2));
  EXPECT_THAT(results(), SizeIs(2));
}

TEST_F(WorkerTest, AFullBusLosesNothing) {
  bus_.refuse(5);
  for (int n = 0; n < 20; ++n) add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 20));
  EXPECT_THAT(results(), SizeIs(20));
  EXPECT_EQ(bus_.refused(), 5U);
}

TEST_F(WorkerTest, UndeliveredResultsAreBoundedAndHoldItBack) {
  bus_.hold_deliveries();
  for (int n = 0; n < 40; ++n) add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_queued(16));
  EXPECT_EQ(bus_.queued(), 16U);
  bus_.deliver_held();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 40));
  EXPECT_THAT(results(), SizeIs(40));
}

TEST_F(WorkerTest, ABatchSeesOneModelAndIsCounted) {
  const auto first = served_.load(1);
  const auto second = served_.load(2);
  served_.slot.put(first);
  for (int n = 0; n < 20; ++n) add(test::sample_request());
  bus_.refuse(1'000'000);  // so that the worker waits with the first result of its first batch
  start();
  ASSERT_TRUE(bus_.await_refused(1));
  served_.slot.put(second);
  bus_.refuse(0);
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 20));
  stop();
  const auto answered = results();
  ASSERT_THAT(answered, SizeIs(20));
  for (std::size_t n = 0; n < answered.size(); ++n) {
    EXPECT_EQ(answered[n].model, (n < 8 ? first : second)->version()) << n;
  }
  EXPECT_EQ(batch_size("sum"), 20);
  EXPECT_EQ(batches(), 3);
}

TEST_F(WorkerTest, LingersForABatchToFill) {
  auto options = this->options();
  options.linger = 10s;
  options.batch = 2;
  start(options);
  add(test::sample_request());
  ASSERT_TRUE(bus_.await_taken(bus::Topic::kRequests, 1));
  add(test::sample_request());
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 2));
  stop();
  EXPECT_EQ(batch_size("sum"), 2);
  EXPECT_EQ(batches(), 1) << "the first request waited for the second";
}

TEST_F(WorkerTest, LingersNoLongerThanItIsTold) {
  auto options = this->options();
  options.linger = 1ms;
  options.batch = 2;
  start(options);
  add(test::sample_request());
  EXPECT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 1)) << "no second request comes";
}

TEST_F(WorkerTest, TakesANewModelUpAndLetsTheOldOneGo) {
  const auto first = served_.load(1);
  served_.slot.put(first);
  start();
  add(test::sample_request());
  ASSERT_TRUE(bus_.await_published(bus::Topic::kResults, 1));
  const auto second = served_.load(2);
  served_.slot.put(second);
  add(test::sample_request());
  ASSERT_TRUE(bus_.await_published(bus::Topic::kResults, 2));
  EXPECT_EQ(results()[0].model, first->version());
  EXPECT_EQ(results()[1].model, second->version());
  EXPECT_EQ(first.use_count(), 1);
}

TEST_F(WorkerTest, AStopEndsTheBatchAndItsDeliveries) {
  for (int n = 0; n < 8; ++n) add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_published(bus::Topic::kResults, 1));
  stop();
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kRequests), 8U);
}

TEST_F(WorkerTest, AStopWaitsForAFullBusNoLongerThanItsPatience) {
  bus_.refuse(1'000'000);
  add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_refused(1));
  // The patience is 50 ms; the bus would refuse for more than an hour.
  auto stopped = std::async(std::launch::async, [this] { stop(); });
  const bool in_time = stopped.wait_for(10s) == std::future_status::ready;
  bus_.refuse(0);
  stopped.wait();
  EXPECT_TRUE(in_time);
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kRequests), 0U);
}

TEST_F(WorkerTest, WhatAWorkerLeavesIsTakenUpByAnother) {
  bus_.hold_deliveries();
  for (int n = 0; n < 3; ++n) add(test::sample_request());
  start();
  ASSERT_TRUE(bus_.await_queued(3));
  stop();
  bus_.fail_held();
  EXPECT_THAT(results(), IsEmpty());
  worker_.reset();
  start();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, 3));
  EXPECT_THAT(results(), SizeIs(3));
}

// For ThreadSanitizer: two workers, models that change, a bus in trouble. Every request has a result in the end.
TEST_F(WorkerTest, TwoWorkersAnswerEveryRequestWhateverHappens) {
  constexpr std::size_t kRequests = 400;
  const auto first = served_.load(1);
  const auto second = served_.load(2);
  served_.slot.put(first);
  start();
  Worker other(bus_, served_.slot, served_.catalogue, served_.popular, metrics_, options());
  std::jthread running([&](const std::stop_token& stop) { other.run(stop); });
  std::set<base::Uuid> ids;
  for (std::size_t n = 0; n < kRequests; ++n) {
    const auto request = test::sample_request();
    ids.insert(request.id);
    add(request);
    if (n % 10 == 0) bus_.refuse(3);
    if (n % 15 == 0) bus_.fail_deliveries(2);
    if (n % 20 == 0) served_.slot.put(n % 40 == 0 ? first : second);
    if (n % 50 == 0) served_.list({.id = "item-" + std::to_string(1 + n / 50), .available = false});
  }
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kRequests, kRequests));
  std::set<base::Uuid> answered;
  for (const auto& result : results()) answered.insert(result.id);
  EXPECT_EQ(answered, ids);
}

}  // namespace
}  // namespace sasrec::serving
