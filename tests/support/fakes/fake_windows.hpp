#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "monitoring/window_store.hpp"

namespace sasrec::test {

/// Says what a test sets, and remembers the periods.
class FakeWindows final : public monitoring::WindowStore {
 public:
  std::vector<monitoring::Counted> items_of_window{{"item-1", 100}, {"item-12", 100}};
  std::vector<monitoring::OnlineQuality> qualities;
  std::map<std::string, std::map<monitoring::Feature, monitoring::LearnedWindows>> kept;  ///< by version
  bool down = false;
  bool keeps_nothing = false;  ///< keep_learned() fails
  bool quality_down = false;
  std::vector<monitoring::Period> windows;
  std::vector<monitoring::Period> kind_periods;
  std::vector<monitoring::Period> days;
  std::vector<monitoring::Period> quality_periods;

  base::Result<std::vector<monitoring::Counted>> items(monitoring::Period period) override {
    windows.push_back(period);
    return down ? base::Result<std::vector<monitoring::Counted>>(base::fail(base::ErrorCode::kUnavailable, "away"))
                : items_of_window;
  }
  base::Result<std::vector<monitoring::Counted>> kinds(monitoring::Period period) override {
    kind_periods.push_back(period);
    if (down) return base::fail(base::ErrorCode::kUnavailable, "away");
    return std::vector<monitoring::Counted>{{"view", 200}};
  }
  base::Result<std::vector<monitoring::Answer>> answers(monitoring::Period) override {
    return std::vector<monitoring::Answer>(100,
                                           {.history_length = 5, .by_model = true, .top_score = 3, .score_gap = 0.5});
  }
  base::Result<std::vector<monitoring::Counted>> recommended(monitoring::Period) override {
    return std::vector<monitoring::Counted>{{"item-1", 30}, {"item-2", 30}, {"gone", 5}};
  }
  base::Result<std::vector<monitoring::Counted>> users_by_interactions(monitoring::Period period) override {
    days.push_back(period);
    return std::vector<monitoring::Counted>{{"3", 60}};
  }
  base::Result<std::vector<monitoring::Counted>> hours(monitoring::Period) override {
    return std::vector<monitoring::Counted>{{"0", 50}, {"23", 50}};
  }
  base::Result<std::vector<monitoring::OnlineQuality>> quality(monitoring::Period period,
                                                               std::chrono::seconds) override {
    quality_periods.push_back(period);
    if (quality_down) return base::fail(base::ErrorCode::kUnavailable, "away");
    return qualities;
  }
  base::Result<std::vector<monitoring::LearnedWindows>> learned(const std::string& version) override {
    if (down) return base::fail(base::ErrorCode::kUnavailable, "away");
    std::vector<monitoring::LearnedWindows> learned;
    for (const auto& [feature, of_feature] : kept[version]) learned.push_back(of_feature);
    return learned;
  }
  base::Result<void> keep_learned(const std::string& version, const monitoring::LearnedWindows& learned) override {
    if (keeps_nothing) return base::fail(base::ErrorCode::kUnavailable, "away");
    kept[version].insert_or_assign(learned.reference.feature, learned);
    return {};
  }
};

}  // namespace sasrec::test
