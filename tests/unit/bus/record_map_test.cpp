// Records of other systems: Debezium's envelopes, with and without the schema, and what Kafka Connect's JSON converter
// writes. The records have the shapes that those document.

#include "bus/record_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bus/codec.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::bus {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;
using Kind = RecordMap::Rows;

RecordMap map_of(Kind kind, const std::vector<std::string>& entries) {
  auto map = RecordMap::parse(kind, entries);
  EXPECT_TRUE(map) << map.error().message;
  return map ? *map : RecordMap();
}

std::string problem(Kind kind, const std::vector<std::string>& entries) {
  const auto map = RecordMap::parse(kind, entries);
  return map ? "" : map.error().message;
}

Record record(Topic topic, std::string value, std::string key = {}) {
  return {{.topic = topic, .key = std::move(key), .value = std::move(value)}, {.partition = 2, .offset = 40}};
}

/// A row of table orders as Debezium's PostgreSQL connector tells of it, without the schema.
std::string envelope(std::string_view operation, std::string_view before, std::string_view after) {
  return fmt::format(
      R"({{"before":{},"after":{},"source":{{"version":"3.0.0.Final","connector":"postgresql","name":"shop",)"
      R"("ts_ms":1795361400123,"snapshot":"false","db":"shop","schema":"public","table":"orders","txId":571,)"
      R"("lsn":34563464}},"op":"{}","ts_ms":1795361400456,"transaction":null}})",
      before, after, operation);
}

/// The same as the JSON converter writes it with schemas.enable.
std::string with_schema(const std::string& payload) {
  return R"({"schema":{"type":"struct","optional":false,"name":"shop.public.orders.Envelope","fields":[)"
         R"({"type":"struct","optional":true,"name":"shop.public.orders.Value","field":"after","fields":[)"
         R"({"type":"int64","optional":false,"field":"user_id"},)"
         R"({"type":"int64","optional":false,"name":"io.debezium.time.MicroTimestamp","version":1,)"
         R"("field":"created_at"}]}]},"payload":)" +
         payload + "}";
}

constexpr std::string_view kOrder =
    R"({"id":1001,"user_id":42,"product_id":"sku-7","created_at":1795361400250000,"event_type":3,"note":null})";

const std::vector<std::string> kPlain{"user=/after/user_id", "item=/after/product_id", "time=/after/created_at",
                                      "id=/after/id",        "kind='purchase'",        "operation=/op"};
const std::vector<std::string> kWrapped{"user=/payload/after/user_id",
                                        "item=/payload/after/product_id",
                                        "time=/payload/after/created_at",
                                        "id=/payload/after/id",
                                        "kind='purchase'",
                                        "operation=/payload/op"};

TEST(InteractionsMap, ReadsDebeziumsEnvelopesWithAndWithoutTheSchema) {
  const Interaction expected{
      .id = "1001", .user = "42", .item = "sku-7", .time = test::at(250ms), .kind = "purchase", .recommendation = {}};
  for (const auto* operation : {"c", "r"}) {
    const auto payload = envelope(operation, "null", kOrder);
    for (const auto& [value, map] : {std::pair(payload, kPlain), std::pair(with_schema(payload), kWrapped)}) {
      const auto read =
          decode_interactions(record(Topic::kInteractions, value), test::at(1h), map_of(Kind::kInteractions, map));
      ASSERT_TRUE(read) << read.error().message;
      ASSERT_THAT(read->rows, SizeIs(1));
      EXPECT_EQ(read->rows[0], expected);
      EXPECT_EQ(read->skipped, 0U);
    }
  }
}

TEST(InteractionsMap, OperationsThatDontCountAreSkippedAndCounted) {
  const auto map = map_of(Kind::kInteractions, kPlain);
  for (const auto& value :
       {envelope("u", kOrder, kOrder), envelope("d", kOrder, "null"), envelope("t", "null", "null")}) {
    const auto read = decode_interactions(record(Topic::kInteractions, value), test::at(1h), map);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(read->rows, IsEmpty());
    EXPECT_EQ(read->skipped, 1U);
  }
  auto tombstone = record(Topic::kInteractions, "", R"({"id":1001})");
  tombstone.message.tombstone = true;
  EXPECT_EQ(decode_interactions(tombstone, test::at(1h), map).value().skipped, 1U);
  auto others = kPlain;
  others.emplace_back("operations=u, c");
  const auto updates = map_of(Kind::kInteractions, others);
  EXPECT_THAT(
      decode_interactions(record(Topic::kInteractions, envelope("u", "null", kOrder)), test::at(1h), updates)->rows,
      SizeIs(1));
}

TEST(InteractionsMap, ReadsWhatConnectsJsonConverterWrites) {
  const auto map = map_of(Kind::kInteractions,
                          {"user=/payload/user", "item=/payload/item", "time=/payload/ts", "kind=/payload/kind"});
  const auto value = [](std::string_view time) {
    return fmt::format(
        R"({{"schema":{{"type":"struct","fields":[],"optional":false}},"payload":{{"user":"u1","item":"i1","ts":{},"kind":4}}}})",
        time);
  };
  for (const auto* time : {"1795361400250", R"("2026-11-22T15:30:00.250Z")", "1795361400250000000"}) {
    const auto read = decode_interactions(record(Topic::kInteractions, value(time)), test::at(1h), map);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->rows[0].time, test::at(250ms)) << time;
    EXPECT_EQ(read->rows[0].kind, "4");
  }
  // A null is a field that was not said; the event's id follows from where the record is.
  const auto read = decode_interactions(record(Topic::kInteractions, value("null")), test::at(7s), map).value().rows;
  EXPECT_EQ(read[0].time, test::at(7s));
  EXPECT_EQ(read[0].id,
            decode_interactions(record(Topic::kInteractions, value("null")), test::at(8s), map)->rows[0].id);
  // A record without a value says nothing, and Connect has no removal that it would follow.
  auto tombstone = record(Topic::kInteractions, "");
  tombstone.message.tombstone = true;
  EXPECT_FALSE(decode_interactions(tombstone, test::at(), map));
}

// Days since 1970, as io.debezium.time.Date counts, can't be told from seconds.
TEST(InteractionsMap, DaysSince1970BecomeSecondsOf1970) {
  const auto map = map_of(Kind::kInteractions, {"user=/u", "item=/i", "time=/day"});
  const auto read = decode_interactions(record(Topic::kInteractions, R"({"u":1,"i":2,"day":20779})"), test::at(), map);
  EXPECT_EQ(base::format_time(read.value().rows[0].time), "1970-01-01T05:46:19Z");
}

TEST(InteractionsMap, WhatIsMissingIsRefusedByPlaceAndField) {
  const auto map = map_of(Kind::kInteractions, kPlain);
  const auto reason = [&](const std::string& value) {
    return decode_interactions(record(Topic::kInteractions, value), test::at(1h), map).error().message;
  };
  EXPECT_THAT(reason(envelope("c", "null", R"({"user_id":1,"product_id":null,"created_at":1,"id":1})")),
              HasSubstr("interaction 0: null at /after/product_id, where interactions-map says that item is"));
  EXPECT_THAT(reason(envelope("c", "null", R"({"user_id":1,"product_id":2,"id":1})")),
              HasSubstr("nothing at /after/created_at"));
  EXPECT_THAT(reason(R"({"user":"u","item":"i"})"), HasSubstr("no text at /op"));
  EXPECT_THAT(reason(envelope("c", "null", R"({"user_id":1.5,"product_id":2,"created_at":1,"id":1})")),
              HasSubstr("/user must be a string of 1 to 256 bytes, or a whole number"));
  EXPECT_THAT(reason(envelope("c", "null", R"({"user_id":1,"product_id":2,"created_at":4102444800000,"id":1})")),
              HasSubstr("more than an hour later"));
}

TEST(InteractionsMap, PointersAreThoseOfRfc6901) {
  const auto map = map_of(Kind::kInteractions, {"user=/a~1b/~0x/1", "item=/"});
  const auto read =
      decode_interactions(record(Topic::kInteractions, R"({"a/b":{"~x":["no","u"]},"":"i"})"), test::at(), map);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->rows[0].user, "u");
  EXPECT_EQ(read->rows[0].item, "i");
}

TEST(InteractionsMap, WrongOnesSayWhatToWrite) {
  const auto with = [](std::string entry) {
    std::vector<std::string> entries{"user=/u", "item=/i"};
    entries.push_back(std::move(entry));
    return problem(Kind::kInteractions, entries);
  };
  EXPECT_EQ(problem(Kind::kInteractions, {}), "");
  EXPECT_EQ(with("kind='view'"), "");
  EXPECT_EQ(with("user=/other"), "");  // the last one counts
  EXPECT_THAT(problem(Kind::kInteractions, {"item=/i"}), HasSubstr("interactions-map lacks user"));
  EXPECT_THAT(with("time"), HasSubstr("NAME=VALUE is wanted"));
  EXPECT_THAT(with("time=created_at"), HasSubstr("interactions-map time is created_at: it has to be a JSON pointer"));
  EXPECT_THAT(with("time='now'"), HasSubstr("has to be a JSON pointer"));
  EXPECT_THAT(with("time=/a~2"), HasSubstr("has to be a JSON pointer"));
  EXPECT_THAT(with("kind=view"), HasSubstr("a text between single quotes"));
  EXPECT_THAT(with("colour=/c"), HasSubstr("interactions-map knows no colour; there are user, item, time, id, kind"));
  EXPECT_THAT(with("operations=c"), HasSubstr("lacks operation"));
  EXPECT_THAT(with("operation=op"), HasSubstr("interactions-map operation is op"));
  EXPECT_THAT(with("removed-id=/id"), HasSubstr("knows no removed-id"));
}

const std::vector<std::string> kItems{"id=/after/id",
                                      "title=/after/name",
                                      "categories=/after/category",
                                      "attributes=/after/details",
                                      "available=/after/active",
                                      "operation=/op",
                                      "removed-id=/before/id"};

TEST(ItemsMap, PutsRowsAndWithdrawsRemovedOnes) {
  const auto map = map_of(Kind::kItems, kItems);
  const auto read = decode_items(
      record(
          Topic::kItems,
          envelope("u", "null", R"({"id":7,"name":"Seven","category":"Book","details":"{\"pages\":9}","active":1})")),
      map);
  ASSERT_TRUE(read) << read.error().message;
  const ItemChange expected{
      .item = {.id = "7", .title = "Seven", .categories = {"Book"}, .attributes = R"({"pages":9})", .available = true}};
  EXPECT_THAT(read->rows, testing::ElementsAre(expected));
  const auto removed = decode_items(record(Topic::kItems, envelope("d", R"({"id":7})", "null")), map);
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_THAT(removed->rows, testing::ElementsAre(ItemChange{.item = {.id = "7"}, .withdrawn = true}));
  // The removal was told before it.
  auto tombstone = record(Topic::kItems, "", R"({"id":7})");
  tombstone.message.tombstone = true;
  EXPECT_EQ(decode_items(tombstone, map).value().skipped, 1U);
  EXPECT_EQ(decode_items(record(Topic::kItems, envelope("t", "null", "null")), map).value().skipped, 1U);
}

TEST(ItemsMap, WithoutTheIdOfRemovedOnesTheseAreSkipped) {
  const auto map = map_of(Kind::kItems, {"id=/after/id", "operation=/op"});
  EXPECT_EQ(decode_items(record(Topic::kItems, envelope("d", R"({"id":7})", "null")), map).value().skipped, 1U);
}

TEST(ItemsMap, WrongValuesAreRefused) {
  const auto map = map_of(Kind::kItems, kItems);
  const auto reason = [&](const std::string& after) {
    return decode_items(record(Topic::kItems, envelope("c", "null", after)), map).error().message;
  };
  EXPECT_THAT(reason(R"({"id":7,"name":"x","category":null,"details":"{","active":true})"),
              HasSubstr("attributes are a text that is not JSON"));
  EXPECT_THAT(reason(R"({"id":7,"name":"x","category":null,"details":null,"active":2})"),
              HasSubstr("/available must be true or false"));
  EXPECT_THAT(reason(R"({"id":null,"name":"x","category":null,"details":null,"active":true})"),
              HasSubstr("null at /after/id, where items-map says that id is"));
  EXPECT_THAT(decode_items(record(Topic::kItems, envelope("d", "null", "null")), map).error().message,
              HasSubstr("nothing at /before/id"));
  EXPECT_THAT(problem(Kind::kItems, {"title=/t"}), HasSubstr("items-map lacks id"));
  EXPECT_THAT(problem(Kind::kItems, {"id=/i", "removed-id=/r"}), HasSubstr("lacks operation"));
}

}  // namespace
}  // namespace sasrec::bus
