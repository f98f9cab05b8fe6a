#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "monitoring/reference.hpp"

namespace sasrec::monitoring {

/// From `begin` up to but not including `end`.
struct Period {
  base::Time begin;
  base::Time end;
};

/// A value and the number of times it occurred.
struct Counted {
  std::string what;
  std::uint64_t count = 0;
};

/// What is read of an answered request.
struct Answer {
  std::uint32_t history_length = 0;
  bool by_model = false;
  float top_score = 0;  ///< only for answers by the model
  float score_gap = 0;  ///< to the second best; 0 if there is none
};

/// Compares the recommendations of a window with what their users did next.
struct OnlineQuality {
  struct Ranker {
    std::uint64_t hits_1 = 0;
    std::uint64_t hits_5 = 0;
    std::uint64_t hits_10 = 0;
    double reciprocal_ranks = 0;  ///< sum of 1/rank, up to rank 10
  };
  std::string version;
  std::uint64_t answers = 0;   ///< answers by the model that have a user
  std::uint64_t labelled = 0;  ///< of these: the user did something afterwards
  std::uint64_t clicked = 0;   ///< of these: an interaction names the answer and one of its items
  std::uint64_t events = 0;    ///< interactions, each compared with the newest answer before it
  Ranker model;
  Ranker popular;  ///< the same events, ranked by popularity in the 30 days before the window, history left out
};

/// The first windows of a feature in live traffic, used as its reference if the version's reference.json has none.
struct LearnedWindows {
  ReferenceWindows reference;
  base::Time until;  ///< end of the newest window
};

/// What the monitor reads from a database and stores there. All methods block. Each that reads a period scans it once
/// by index and reads a bounded number of rows. kUnavailable: the database can't be reached or is too slow, a retry may
/// succeed.
class WindowStore {
 public:
  WindowStore() = default;
  WindowStore(const WindowStore&) = delete;
  WindowStore& operator=(const WindowStore&) = delete;
  virtual ~WindowStore() = default;

  /// Interactions per item.
  virtual base::Result<std::vector<Counted>> items(Period period) = 0;
  /// Interactions per kind.
  virtual base::Result<std::vector<Counted>> kinds(Period period) = 0;
  virtual base::Result<std::vector<Answer>> answers(Period period) = 0;
  /// How often each item was among the first 10 of an answer by the model.
  virtual base::Result<std::vector<Counted>> recommended(Period period) = 0;
  /// Histogram of interactions per user: `what` is the number of interactions, `count` the number of users.
  virtual base::Result<std::vector<Counted>> users_by_interactions(Period period) = 0;
  /// Interactions per hour of the day, UTC: `what` is "0" to "23".
  virtual base::Result<std::vector<Counted>> hours(Period period) = 0;
  /// One entry per version: the answers of `period`, compared with what followed each within `horizon`.
  virtual base::Result<std::vector<OnlineQuality>> quality(Period period, std::chrono::seconds horizon) = 0;

  /// The windows learned while `version` served, one entry per feature.
  virtual base::Result<std::vector<LearnedWindows>> learned(const std::string& version) = 0;
  /// Stores learned windows. They replace those of the same feature and version.
  virtual base::Result<void> keep_learned(const std::string& version, const LearnedWindows& learned) = 0;
};

}  // namespace sasrec::monitoring
