#include "apps/event_ids.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "support/temporary_folder.hpp"

namespace sasrec::apps {
namespace {

using dataset::InteractionLog;

std::vector<std::string> ids(const std::vector<EventKey>& keys) {
  std::vector<std::string> ids;
  for (const auto& key : keys) ids.push_back(key.id());
  return ids;
}

TEST(EventIds, AreTheSameWhateverWasReadBefore) {
  const InteractionLog log{{"u", "v"}, {"a", "b"}, {{0, {0}, 10}, {1, {1}, 20}}, true};
  const InteractionLog again{{"v", "u"}, {"b", "a"}, {{0, {0}, 20}, {1, {1}, 10}}, true};
  const auto first = ids(event_keys(log, ""));
  const auto second = ids(event_keys(again, ""));
  EXPECT_EQ(first[0], second[1]);
  EXPECT_EQ(first[1], second[0]);
  EXPECT_EQ(first[0].size(), 7U + 32U);
}

TEST(EventIds, TellEqualEventsApart) {
  const InteractionLog log{{"u", "uu"}, {"a", "ua"}, {{0, {0}, 10}, {0, {0}, 10}, {0, {1}, 10}, {1, {0}, 10}}, true};
  const auto all = ids(event_keys(log, ""));
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
}

TEST(EventIds, GiveLogsWithoutTimesASecondForEachStep) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "log";
  std::ofstream(file) << "u a\n";
  const InteractionLog log{{"u", "v"}, {"a", "b"}, {{0, {0}, 0}, {1, {0}, 0}, {0, {1}, 0}, {0, {0}, 0}}, false};
  const auto keys = event_keys(log, file);
  EXPECT_EQ(keys[3].time - keys[2].time, std::chrono::seconds(1));
  EXPECT_EQ(keys[2].time - keys[0].time, std::chrono::seconds(1));
  EXPECT_EQ(keys[1].time, keys[3].time);  // each user's last
  EXPECT_NE(keys[0].id(), keys[3].id());  // the same user and item, another place
  EXPECT_LE(keys[3].time, base::now());
}

}  // namespace
}  // namespace sasrec::apps
