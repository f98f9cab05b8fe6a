#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "checkpoint/reference.hpp"
#include "monitoring/distances.hpp"
#include "monitoring/feature.hpp"

namespace sasrec::monitoring {

/// The windows of one feature that a trainer saw.
struct ReferenceWindows {
  Feature feature = Feature::kItemPopularity;
  std::vector<Histogram> windows;
};

/// The windows as a checkpoint's reference holds them.
std::vector<checkpoint::FeatureWindows> write_windows(std::span<const ReferenceWindows> features);

/// Leaves out features that this release doesn't know, and windows of another number of bins: they are then learned
/// from the first windows of the service.
std::vector<ReferenceWindows> read_windows(std::span<const checkpoint::FeatureWindows> features);

/// The same as JSON, in the form of reference.json's "drift".
boost::json::object to_json(std::span<const ReferenceWindows> features);
std::vector<ReferenceWindows> read_windows(const boost::json::value& drift);

/// The decile (0 to 9) of each item by training interactions, from the most popular: items in order of falling count
/// (equal counts by number), and a decile ends where its tenth of all interactions is reached.
///
/// counts   interactions of item 1, 2, …
std::vector<std::uint8_t> popularity_deciles(std::span<const std::uint64_t> counts);

/// One interaction of a training log. Items are counted from 0, users too.
struct Event {
  std::int64_t time = 0;  ///< Unix seconds
  std::uint32_t user = 0;
  std::uint32_t item = 0;
  std::uint32_t position = 0;  ///< how many the user had before
};

/// The reference windows of a training log: item_popularity, history_length and unknown_items (what had not occurred
/// before the window) in up to 30 stretches of equally many events, of which the first half, where all is new, is left
/// out for unknown_items; interactions_per_user and hour_of_day in the newest 30 days. Nothing without times.
///
/// deciles   popularity decile of each item
/// cost      sorts the events
std::vector<ReferenceWindows> reference_windows(std::vector<Event> events, std::span<const std::uint8_t> deciles);

/// An answer that a model gave at training time, to a history that it has not learned from.
struct HeldOutAnswer {
  std::int64_t time = 0;  ///< of what the user did next; Unix seconds, 0 where the log has no times
  std::uint32_t history_length = 0;
  bool by_model = false;  ///< the history holds an item that the model knows; if not, the rest is empty
  float top_score = 0;
  float score_gap = 0;               ///< to the second best
  std::vector<std::uint32_t> items;  ///< the best, counted from 0
};

/// The reference windows of answers: history_length, unknown_users, top_score, score_gap, recommended_popularity,
/// recommended_coverage and recommended_gini, in up to 30 stretches of equally many answers, at least
/// Baseline::kSmallest, by time.
///
/// deciles   popularity decile of each item
std::vector<ReferenceWindows> answer_windows(std::vector<HeldOutAnswer> answers, std::span<const std::uint8_t> deciles);

}  // namespace sasrec::monitoring
