#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/done.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "bus/records.hpp"

namespace sasrec::serving {

/// A new request: not stored and not published yet.
struct NewRequest {
  bus::RequestRecord message;  ///< history empty and `stored` unset if it is to be read
  bool read_history = false;   ///< put the user's newest kMaxHistory items into the row
  std::string fingerprint;     ///< SHA-256 of the request's content if it came with an Idempotency-Key, else empty
};

struct Accepted {
  bool created = true;               ///< false: a request of this id was there already; nothing was written
  std::string fingerprint;           ///< of the stored request
  std::vector<std::string> history;  ///< of the row, oldest first
  base::Time stored;
};

class RecommendationStore {
 public:
  RecommendationStore() = default;
  RecommendationStore(const RecommendationStore&) = delete;
  RecommendationStore& operator=(const RecommendationStore&) = delete;
  virtual ~RecommendationStore() = default;

  /// Writes the request's row, pending. After success nothing can lose it.
  virtual void accept(NewRequest request, base::Done<Accepted> done) = 0;

  /// Finds a request and its result; kNotFound if there is none. Of a pending request the record holds only what the
  /// request had: id, user, created, deadline and traceparent.
  virtual void find(const base::Uuid& id, base::Done<bus::ResultRecord> done) = 0;

  /// Requests that ended at `since` or later, the newest `max_count`, oldest first: for those who were not told when it
  /// happened. Of requests that took longer than a minute, or whose id is the caller's, some may be missing.
  virtual void ended_since(base::Time since, std::size_t max_count,
                           base::Done<std::vector<bus::ResultRecord>> done) = 0;

  /// Writes final states. A row that is final already stays as it is, but for one that has expired: a result that was made
  /// by its deadline replaces that. Ids without a row are ignored (a deleted user's). The first of equal ids counts.
  /// Returns how many rows changed.
  virtual base::Result<std::size_t> finish(std::span<const bus::ResultRecord> results) = 0;

  /// Pending rows whose next attempt came due by `due`, oldest first, at most `max_count`; counts an attempt and sets the
  /// next one `again_after` * 2^(attempts - 1) after `now`, at most a minute. Rows past their deadline at `now` are left
  /// out. Two sweepers never get the same row.
  virtual base::Result<std::vector<bus::RequestRecord>> take_due(base::Time due, base::Time now,
                                                                 std::chrono::milliseconds again_after,
                                                                 std::size_t max_count) = 0;

  /// Pending rows whose deadline is before `before` become expired, finished at `now`, at most `max_count`. Returns them
  /// as results.
  virtual base::Result<std::vector<bus::ResultRecord>> expire(base::Time before, base::Time now,
                                                              std::size_t max_count) = 0;
};

}  // namespace sasrec::serving
