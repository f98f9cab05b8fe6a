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

/// [begin, end)
struct Period {
  base::Time begin;
  base::Time end;
};

struct Counted {
  std::string what;
  std::uint64_t count = 0;
};

/// A request that was answered.
struct Answer {
  std::uint32_t history_length = 0;
  bool by_model = false;
  float top_score = 0;  ///< only by the model
  float score_gap = 0;  ///< to the second best; 0 if there is none
};

/// What was recommended in a window against what its users did next.
struct OnlineQuality {
  struct Ranker {
    std::uint64_t hits_1 = 0;
    std::uint64_t hits_5 = 0;
    std::uint64_t hits_10 = 0;
    double reciprocal_ranks = 0;  ///< sum of 1/rank, up to rank 10
  };
  std::string version;
  std::uint64_t answers = 0;   ///< by the model, to somebody
  std::uint64_t labelled = 0;  ///< of these: something followed
  std::uint64_t clicked = 0;   ///< of these: an interaction names the answer and an item of its
  std::uint64_t events = 0;    ///< interactions, each against the newest answer before it
  Ranker model;
  Ranker popular;  ///< the same events, ranked by the 30 days before the window, without the history's items
};

/// The first windows of a feature while a version served whose reference.json has none.
struct LearnedWindows {
  ReferenceWindows reference;
  base::Time until;  ///< the end of the newest
};

/// What the monitor needs of a database. Blocking; what reads a period is one scan of it by index and looks at no more
/// than a bounded number of rows. kUnavailable: the database can't be reached or is too slow; try again later.
class WindowStore {
 public:
  WindowStore() = default;
  WindowStore(const WindowStore&) = delete;
  WindowStore& operator=(const WindowStore&) = delete;
  virtual ~WindowStore() = default;

  virtual base::Result<std::vector<Counted>> items(Period period) = 0;
  virtual base::Result<std::vector<Counted>> kinds(Period period) = 0;
  virtual base::Result<std::vector<Answer>> answers(Period period) = 0;
  /// How often each item stood among the first 10 of an answer by the model.
  virtual base::Result<std::vector<Counted>> recommended(Period period) = 0;
  /// How many users had so many interactions: what = the number.
  virtual base::Result<std::vector<Counted>> users_by_interactions(Period period) = 0;
  /// Interactions by hour, UTC: what = "0" to "23".
  virtual base::Result<std::vector<Counted>> hours(Period period) = 0;
  /// Answers of `period`, each with what followed within `horizon`.
  virtual base::Result<std::vector<OnlineQuality>> quality(Period period, std::chrono::seconds horizon) = 0;

  /// What was learned while `version` served, one for each feature.
  virtual base::Result<std::vector<LearnedWindows>> learned(const std::string& version) = 0;
  /// Takes the place of what was kept of that feature and version.
  virtual base::Result<void> keep_learned(const std::string& version, const LearnedWindows& learned) = 0;
};

}  // namespace sasrec::monitoring
