#include "serving/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "bus/codec.hpp"
#include "support/eventually.hpp"
#include "support/fakes/fake_bus.hpp"
#include "support/fakes/fake_catalogue_store.hpp"
#include "support/fakes/fake_interaction_store.hpp"
#include "support/fakes/fake_recommendation_store.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::serving {
namespace {

using base::ErrorCode;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;
using namespace std::chrono_literals;

class WriterTest : public testing::Test {
 protected:
  void write_results() {
    running_ = std::jthread([this](const std::stop_token& stop) { writer_.run_results(stop); });
  }
  void write_interactions() {
    running_ = std::jthread([this](const std::stop_token& stop) { writer_.run_interactions(stop); });
  }
  void stop() {
    running_.request_stop();
    running_.join();
  }

  /// A request in the database, and its result on the bus.
  base::Uuid add_result() {
    const auto request = test::sample_request();
    recommendations_.add(request, test::at());
    auto result = test::sample_result();
    result.id = request.id;
    bus_.add(bus::encode(result));
    return request.id;
  }

  void add_events(const std::vector<std::string>& ids) {
    std::vector<bus::Interaction> events;
    events.reserve(ids.size());
    for (const auto& id : ids) events.push_back(test::sample_interaction(id));
    bus_.add(bus::encode(events));
  }

  std::vector<std::string> stored() const {
    const auto events = interactions_.all();
    std::vector<std::string> ids;
    ids.reserve(events.size());
    for (const auto& event : events) ids.push_back(event.id);
    return ids;
  }

  double retries(const char* operation) { return metrics_.store_retries.Add({{"operation", operation}}).Value(); }
  double buried(const char* topic) { return metrics_.dead_letters.Add({{"topic", topic}}).Value(); }
  std::string reason(std::size_t letter) const {
    return std::string(header(bus_.published(bus::Topic::kDead).at(letter), "reason"));
  }

  test::FakeBus bus_;
  test::FakeRecommendationStore recommendations_;
  test::FakeInteractionStore interactions_;
  test::FakeCatalogueStore items_;
  telemetry::Metrics metrics_;
  Writer writer_{recommendations_,
                 interactions_,
                 items_,
                 bus_,
                 metrics_,
                 {.batch = 16,
                  .interactions = 6,
                  .backoff = {.first = 1ms, .max = 2ms},
                  .outbox = {.backoff = {.first = 1ms, .max = 2ms}, .patience = 50ms},
                  .clock = [] {
                    return test::at(9s);
                  }}};
  std::jthread running_;
};

TEST_F(WriterTest, ResultsAreWrittenTogetherThenAcknowledged) {
  std::vector<base::Uuid> ids(10);
  for (auto& id : ids) id = add_result();
  write_results();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 10));
  for (const auto& id : ids) EXPECT_EQ(recommendations_.row(id)->status, bus::Status::kDone);
  EXPECT_THAT(recommendations_.batches(), ElementsAre(10));
  stop();
  EXPECT_EQ(metrics_.results_written.Value(), 10);
  EXPECT_EQ(bus_.commits(), 1U);
}

TEST_F(WriterTest, AResultThatComesTwiceChangesNothing) {
  const auto id = add_result();
  write_results();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 1));
  auto second = test::sample_result();
  second.id = id;
  second.items.clear();
  bus_.add(bus::encode(second));
  bus_.add(bus::encode(test::sample_result()));  // of a request that was deleted
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 3));
  EXPECT_THAT(recommendations_.row(id)->items, SizeIs(2));
  stop();
  EXPECT_EQ(metrics_.results_written.Value(), 1);
}

TEST_F(WriterTest, NothingIsAcknowledgedBeforeItIsWritten) {
  recommendations_.outage().hold();
  add_result();
  write_results();
  ASSERT_TRUE(recommendations_.outage().await_calls(1));
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kResults), 0U);
  recommendations_.outage().release();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 1));
}

TEST_F(WriterTest, UnreadableRecordsAreBuriedAndTheRestWritten) {
  bus_.add({.topic = bus::Topic::kResults, .key = "u", .value = "{"});
  const auto id = add_result();
  bus_.add({.topic = bus::Topic::kResults, .key = "u", .value = "{}"});
  write_results();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 3));
  EXPECT_EQ(recommendations_.row(id)->status, bus::Status::kDone);
  ASSERT_THAT(bus_.published(bus::Topic::kDead), SizeIs(2));
  EXPECT_THAT(reason(0), HasSubstr("not JSON"));
  EXPECT_THAT(reason(1), HasSubstr("/id is missing"));
  EXPECT_EQ(header(bus_.published(bus::Topic::kDead)[1], "offset"), "2");
  stop();
  EXPECT_EQ(buried("sasrec.results"), 2);
}

TEST_F(WriterTest, AnOutageBuriesNothingHoweverLong) {
  recommendations_.outage().fail();
  const auto id = add_result();
  write_results();
  ASSERT_TRUE(recommendations_.outage().await_calls(20));
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kResults), 0U);
  recommendations_.outage().recover();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 1));
  EXPECT_EQ(recommendations_.row(id)->status, bus::Status::kDone);
  EXPECT_THAT(bus_.published(bus::Topic::kDead), IsEmpty());
  stop();
  EXPECT_GE(retries("finish"), 19);
}

TEST_F(WriterTest, AStopDuringAnOutageLeavesTheBatchToTheNext) {
  recommendations_.outage().fail();
  for (int n = 0; n < 3; ++n) add_result();
  write_results();
  ASSERT_TRUE(recommendations_.outage().await_calls(2));
  stop();
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kResults), 0U);
  recommendations_.outage().recover();
  write_results();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 3));
  EXPECT_EQ(recommendations_.rows(bus::Status::kDone), 3U);
}

TEST_F(WriterTest, TheRecordsThatTheDatabaseRefusesAreFoundAndTheRestWritten) {
  std::vector<base::Uuid> ids(13);
  for (auto& id : ids) id = add_result();
  recommendations_.refuse(ids[4]);
  recommendations_.refuse(ids[12]);
  write_results();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 13));
  EXPECT_EQ(recommendations_.rows(bus::Status::kDone), 11U);
  EXPECT_EQ(recommendations_.row(ids[4])->status, bus::Status::kPending);
  ASSERT_THAT(bus_.published(bus::Topic::kDead), SizeIs(2));
  EXPECT_THAT(reason(0), HasSubstr("the database refuses it: the fake database refuses this row"));
  EXPECT_EQ(header(bus_.published(bus::Topic::kDead)[0], "offset"), "4");
  EXPECT_EQ(header(bus_.published(bus::Topic::kDead)[1], "offset"), "12");
  stop();
  EXPECT_EQ(buried("sasrec.results"), 2);
  EXPECT_EQ(retries("finish"), 0);
}

TEST_F(WriterTest, AnOutageAndABadRecordAreToldApart) {
  std::vector<base::Uuid> ids(8);
  for (auto& id : ids) id = add_result();
  recommendations_.refuse(ids[3]);
  recommendations_.outage().fail_times(2);
  write_results();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 8));
  EXPECT_EQ(recommendations_.rows(bus::Status::kDone), 7U);
  EXPECT_THAT(bus_.published(bus::Topic::kDead), SizeIs(1));
}

TEST_F(WriterTest, AFailureThatIsNotOfTheDataBuriesNothing) {
  for (const auto code : {ErrorCode::kInternal, ErrorCode::kIo, ErrorCode::kCorrupt}) {
    recommendations_.outage().fail(code);
    const auto id = add_result();
    const auto calls = recommendations_.outage().calls();
    write_results();
    ASSERT_TRUE(recommendations_.outage().await_calls(calls + 5));
    recommendations_.outage().recover();
    ASSERT_TRUE(test::eventually(10s, [&] { return recommendations_.row(id)->status == bus::Status::kDone; }));
    stop();
  }
  EXPECT_THAT(bus_.published(bus::Topic::kDead), IsEmpty());
}

TEST_F(WriterTest, ADatabaseThatRefusesEverythingBuriesNothing) {
  std::vector<base::Uuid> ids(40);  // more than are read together
  for (auto& id : ids) id = add_result();
  recommendations_.outage().fail(ErrorCode::kInvalidInput);
  write_results();
  ASSERT_TRUE(recommendations_.outage().await_calls(100));
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kResults), 0U);
  recommendations_.outage().recover();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, ids.size()));
  EXPECT_EQ(recommendations_.rows(bus::Status::kDone), ids.size());
  EXPECT_THAT(bus_.published(bus::Topic::kDead), IsEmpty());
}

TEST_F(WriterTest, ARecordIsBuriedOnlyWhenAnotherPasses) {
  const auto bad = add_result();
  recommendations_.refuse(bad);
  write_results();
  ASSERT_TRUE(recommendations_.outage().await_calls(5));
  EXPECT_THAT(bus_.published(bus::Topic::kDead), IsEmpty());
  EXPECT_GE(retries("finish"), 4);  // what waits is seen
  add_result();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 2));
  EXPECT_THAT(bus_.published(bus::Topic::kDead), SizeIs(1));
}

TEST_F(WriterTest, AStopLeavesASuspectToTheNextWriter) {
  const auto bad = add_result();
  recommendations_.refuse(bad);
  write_results();
  ASSERT_TRUE(recommendations_.outage().await_calls(2));
  stop();
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kResults), 0U);
  EXPECT_THAT(bus_.published(bus::Topic::kDead), IsEmpty());
}

TEST_F(WriterTest, ADeadLetterThatFailsIsPublishedAgain) {
  bus_.fail_deliveries(2);
  bus_.add({.topic = bus::Topic::kResults, .value = "?"});
  write_results();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, 1));
  EXPECT_THAT(bus_.published(bus::Topic::kDead), SizeIs(1));
}

TEST_F(WriterTest, AnUnreadableRecordStaysUntilItsDeadLetterIsDelivered) {
  bus_.hold_deliveries();
  bus_.add({.topic = bus::Topic::kResults, .value = "?"});
  write_results();
  ASSERT_TRUE(bus_.await_queued(1));
  stop();
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kResults), 0U);
  bus_.deliver_held();
}

TEST_F(WriterTest, AStopDoesNotWaitForAFullBus) {
  bus_.refuse(1'000'000);
  bus_.add({.topic = bus::Topic::kResults, .value = "?"});
  write_results();
  ASSERT_TRUE(bus_.await_refused(1));
  stop();
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kResults), 0U);
}

TEST_F(WriterTest, InteractionsOfSeveralRecordsAreWrittenTogetherUpToALimit) {
  add_events({"1", "2"});
  add_events({"3", "4", "5"});
  add_events({"6"});
  add_events({"7", "8", "9", "10", "11", "12", "13", "14"});
  add_events({"15"});
  write_interactions();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kInteractions, 5));
  EXPECT_THAT(stored(), SizeIs(15));
  EXPECT_THAT(interactions_.batches(), ElementsAre(6, 8, 1));
  stop();
  EXPECT_EQ(metrics_.interactions_written.Value(), 15);
}

TEST_F(WriterTest, EventsThatComeTwiceAreStoredOnce) {
  add_events({"1", "2"});
  add_events({"2", "3"});
  write_interactions();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kInteractions, 2));
  EXPECT_THAT(stored(), ElementsAre("1", "2", "3"));
  stop();
  EXPECT_EQ(metrics_.interactions_written.Value(), 3);
}

TEST_F(WriterTest, ARecordReadTwiceAddsNothingEvenWithoutIds) {
  bus_.add({.topic = bus::Topic::kInteractions, .value = R"([{"user":"u","item":"i"},{"user":"u","item":"i"}])"});
  interactions_.outage().hold();
  write_interactions();
  ASSERT_TRUE(interactions_.outage().await_calls(1));
  running_.request_stop();
  interactions_.outage().fail_times(1);
  interactions_.outage().release();
  running_.join();
  EXPECT_EQ(bus_.acknowledged(bus::Topic::kInteractions), 0U);
  write_interactions();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kInteractions, 1));
  EXPECT_THAT(stored(), SizeIs(2));
  EXPECT_EQ(interactions_.all()[0].time, test::at(9s));
}

TEST_F(WriterTest, BadInteractionsAreFoundByRecord) {
  add_events({"1", "2"});
  add_events({"3"});
  bus_.add({.topic = bus::Topic::kInteractions, .value = R"({"user":""})"});
  add_events({"4", "5"});
  bus_.add({.topic = bus::Topic::kInteractions, .value = "[]"});
  interactions_.refuse("4");
  write_interactions();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kInteractions, 5));
  EXPECT_THAT(stored(), ElementsAre("1", "2", "3"));
  ASSERT_THAT(bus_.published(bus::Topic::kDead), SizeIs(2));
  EXPECT_THAT(reason(0), HasSubstr("/item is missing"));
  EXPECT_THAT(reason(1), HasSubstr("refuses event 4"));
  stop();
  EXPECT_EQ(buried("sasrec.interactions"), 2);
}

TEST_F(WriterTest, AnOutageOfInteractionsIsWaitedFor) {
  interactions_.outage().fail_times(5);
  add_events({"1"});
  write_interactions();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kInteractions, 1));
  EXPECT_THAT(stored(), ElementsAre("1"));
  EXPECT_EQ(retries("add"), 5);
}

// For ThreadSanitizer: both kinds at once, two writers, trouble on both sides.
TEST_F(WriterTest, EverythingIsWrittenOnceWhateverHappens) {
  constexpr std::size_t kRecords = 300;
  std::vector<std::jthread> writers;
  for (int n = 0; n < 2; ++n) {
    writers.emplace_back([this](const std::stop_token& stop) { writer_.run_results(stop); });
    writers.emplace_back([this](const std::stop_token& stop) { writer_.run_interactions(stop); });
  }
  for (std::size_t n = 0; n < kRecords; ++n) {
    add_result();
    add_events({std::to_string(n), std::to_string(n + 1)});
    if (n % 10 == 0) {
      recommendations_.outage().fail_times(2);
      interactions_.outage().fail_times(2);
      bus_.add({.topic = bus::Topic::kResults, .value = "?"});
      bus_.fail_deliveries(1);
    }
  }
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kResults, kRecords + 30));
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kInteractions, kRecords));
  for (auto& writer : writers) writer.request_stop();
  writers.clear();
  EXPECT_EQ(recommendations_.rows(bus::Status::kDone), kRecords);
  EXPECT_EQ(metrics_.results_written.Value(), kRecords);
  EXPECT_EQ(stored().size(), kRecords + 1);
  EXPECT_EQ(bus_.published(bus::Topic::kDead).size(), 30U);
}

}  // namespace
}  // namespace sasrec::serving
