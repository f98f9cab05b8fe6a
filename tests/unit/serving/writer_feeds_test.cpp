// The writer on what producers outside send: items, times that are wrong, records of other systems.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "bus/codec.hpp"
#include "serving/writer.hpp"
#include "support/fakes/fake_bus.hpp"
#include "support/fakes/fake_catalogue_store.hpp"
#include "support/fakes/fake_interaction_store.hpp"
#include "support/fakes/fake_recommendation_store.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::serving {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

Writer::Options writer_options() {
  return {.batch = 16,
          .backoff = {.first = 1ms, .max = 2ms},
          .outbox = {.backoff = {.first = 1ms, .max = 2ms}, .patience = 50ms},
          .clock = [] {
            return test::at(9s);
          }};
}

class WriterOfFeeds : public testing::Test {
 protected:
  void write_interactions() {
    running_ = std::jthread([this](const std::stop_token& stop) { writer_.run_interactions(stop); });
  }
  void write_items() {
    running_ = std::jthread([this](const std::stop_token& stop) { writer_.run_items(stop); });
  }
  void stop() {
    running_.request_stop();
    running_.join();
  }
  std::vector<std::string> stored() const {
    std::vector<std::string> ids;
    for (const auto& event : interactions_.all()) ids.push_back(event.id);
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
  Writer writer_{recommendations_, interactions_, items_, bus_, metrics_, writer_options()};
  std::jthread running_;
};

TEST_F(WriterOfFeeds, ATimeInTheFutureIsBuriedWithTheReason) {
  bus_.add({.topic = bus::Topic::kInteractions, .value = R"({"user":"u","item":"i","time":"2199-01-01T00:00:00Z"})"});
  bus_.add({.topic = bus::Topic::kInteractions,
            .value = R"({"id":"1","user":"u","item":"i","time":"2026-11-22T16:00:00Z"})"});
  write_interactions();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kInteractions, 2));
  EXPECT_THAT(stored(), ElementsAre("1"));
  EXPECT_THAT(reason(0),
              HasSubstr("more than an hour later than the server's clock, which shows 2026-11-22T15:30:09Z"));
}

TEST_F(WriterOfFeeds, ItemsReachTheCatalogueInTheOrderOfTheirRecords) {
  bus_.add({.topic = bus::Topic::kItems, .key = "i1", .value = R"({"id":"i1","title":"Old","categories":["A"]})"});
  bus_.add(
      {.topic = bus::Topic::kItems, .value = R"([{"id":2,"title":"Two","attributes":{"year":1995}},{"id":"i3"}])"});
  bus_.add({.topic = bus::Topic::kItems, .key = "i1", .value = R"({"title":"New"})"});  // the key is its id
  bus_.add({.topic = bus::Topic::kItems, .key = "2", .value = "", .tombstone = true});
  bus_.add({.topic = bus::Topic::kItems, .key = "never", .value = "", .tombstone = true});
  write_items();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kItems, 5));
  stop();
  const auto item = [this](const std::string& id) {
    return items_.find(id).value();
  };
  EXPECT_EQ(item("i1").title, "New");
  EXPECT_THAT(item("i1").categories, IsEmpty());
  EXPECT_EQ(item("2").title, "Two");
  EXPECT_EQ(item("2").attributes, R"({"year":1995})");
  EXPECT_FALSE(item("2").available);
  EXPECT_TRUE(item("i3").available);
  EXPECT_FALSE(item("never").available);
  EXPECT_THAT(bus_.published(bus::Topic::kDead), IsEmpty());
  EXPECT_EQ(metrics_.items_written.Value(), 4);
}

TEST_F(WriterOfFeeds, BadItemsAreBuriedAndTheRestWritten) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"{", "not JSON"},
      {R"({"title":"no id"})", "/id is missing"},
      {R"([{"id":"ok"},{"id":1.5}])", "item 1: /id must be a string of 1 to 256 bytes, or a whole number"},
      {R"({"id":""})", "/id is empty"},
      {R"({"id":"x","title":7})", "/title must be a string"},
      {R"({"id":"x","title":"a\u0001"})", "/title holds a control character"},
      {R"({"id":"x","categories":[""]})", "/categories holds one"},
      {R"({"id":"x","categories":"A"})", "/categories must be a list"},
      {R"({"id":"x","attributes":[]})", "/attributes must be an object"},
      {R"({"id":"x","attributes":{"a":"\u0000"}})", "U+0000"},
      {R"({"id":"x","available":1})", "/available must be true or false"},
      {R"({"id":"x","title":")" + std::string(bus::kMaxTitleBytes + 1, 't') + "\"}", "/title has more than 1024 bytes"},
      {"7", "item 0 is not a JSON object"}};
  for (const auto& [value, why] : bad) bus_.add({.topic = bus::Topic::kItems, .value = value});
  bus_.add({.topic = bus::Topic::kItems, .key = "", .value = "", .tombstone = true});
  bus_.add({.topic = bus::Topic::kItems, .value = R"({"id":"good","title":"Good","unknown":1})"});
  write_items();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kItems, bad.size() + 2));
  stop();
  ASSERT_THAT(bus_.published(bus::Topic::kDead), SizeIs(bad.size() + 1));
  for (std::size_t i = 0; i < bad.size(); ++i) EXPECT_THAT(reason(i), HasSubstr(bad[i].second)) << bad[i].first;
  EXPECT_THAT(reason(bad.size()), HasSubstr("the id of the item to withdraw is empty"));
  EXPECT_TRUE(items_.find("good"));
  EXPECT_FALSE(items_.find("ok"));
  EXPECT_EQ(buried("sasrec.items"), static_cast<double>(bad.size() + 1));
}

TEST_F(WriterOfFeeds, AnOutageOfItemsIsWaitedFor) {
  items_.outage().fail_times(5);
  bus_.add({.topic = bus::Topic::kItems, .value = R"({"id":"i1"})"});
  write_items();
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kItems, 1));
  EXPECT_TRUE(items_.find("i1"));
  EXPECT_EQ(retries("change"), 5);
}

TEST_F(WriterOfFeeds, ChangesOfATableAreReadByAMap) {
  auto options = writer_options();
  const std::vector<std::string> map{"user=/payload/after/user_id", "item=/payload/after/product_id",
                                     "time=/payload/after/created_at", "kind='purchase'", "operation=/payload/op"};
  options.interactions_map = bus::RecordMap::parse(bus::RecordMap::Rows::kInteractions, map).value();
  Writer writer(recommendations_, interactions_, items_, bus_, metrics_, options);
  const auto change = [](const char* operation) {
    return fmt::format(
        R"({{"payload":{{"before":null,"after":{{"user_id":7,"product_id":9,"created_at":1795361400500000}},"op":"{}"}}}})",
        operation);
  };
  for (const auto* operation : {"c", "u", "d"}) {
    bus_.add({.topic = bus::Topic::kInteractions, .value = change(operation)});
  }
  bus_.add({.topic = bus::Topic::kInteractions, .key = "{}", .value = "", .tombstone = true});
  bus_.add({.topic = bus::Topic::kInteractions, .value = R"({"user":"u","item":"i"})"});
  std::jthread running([&](const std::stop_token& stop) { writer.run_interactions(stop); });
  ASSERT_TRUE(bus_.await_acknowledged(bus::Topic::kInteractions, 5));
  running.request_stop();
  running.join();
  const auto events = interactions_.all();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].user, "7");
  EXPECT_EQ(events[0].item, "9");
  EXPECT_EQ(events[0].kind, "purchase");
  EXPECT_EQ(events[0].time, test::at(500ms));
  EXPECT_TRUE(base::Uuid::parse(events[0].id));
  EXPECT_THAT(reason(0), HasSubstr("no text at /payload/op, where interactions-map says that the operation is"));
  EXPECT_EQ(metrics_.skipped.Add({{"topic", "sasrec.interactions"}}).Value(), 3);
}

}  // namespace
}  // namespace sasrec::serving
