#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/done.hpp"
#include "bus/records.hpp"
#include "serving/recommendation_store.hpp"
#include "support/fakes/fake_outage.hpp"

namespace sasrec::test {

/// Requests in memory, with the rules of serving::RecommendationStore. Times: `clock` of the constructor. Thread-safe.
class FakeRecommendationStore : public serving::RecommendationStore {
 public:
  explicit FakeRecommendationStore(base::Clock clock = base::now) : clock_(std::move(clock)) {}

  void accept(serving::NewRequest request, base::Done<serving::Accepted> done) override;
  void find(const base::Uuid& id, base::Done<bus::ResultRecord> done) override;
  void ended_since(base::Time since, std::size_t max_count, base::Done<std::vector<bus::ResultRecord>> done) override;
  base::Result<std::size_t> finish(std::span<const bus::ResultRecord> results) override;
  base::Result<std::vector<bus::RequestRecord>> take_due(base::Time due_by, base::Time now,
                                                         std::chrono::milliseconds again_after,
                                                         std::size_t max_count) override;
  base::Result<std::vector<bus::ResultRecord>> expire(base::Time before, base::Time now,
                                                      std::size_t max_count) override;

  FakeOutage& outage() { return outage_; }
  /// finish() of results with this id fails, with kInternal: the others in the call are not written either.
  void refuse(const base::Uuid& id);
  /// What accept() reads for requests with read_history.
  void set_history(std::string user, std::vector<std::string> history);

  /// A pending row as accept() leaves it; its first attempt is due `due`.
  void add(bus::RequestRecord request, base::Time due);

  std::optional<bus::ResultRecord> row(const base::Uuid& id) const;
  std::size_t rows(bus::Status status) const;
  /// The size of each call of finish().
  std::vector<std::size_t> batches() const;
  /// Until at least `count` rows are final; false after ten seconds.
  bool await_final(std::size_t count) const;

 private:
  struct Row {
    bus::RequestRecord request;
    std::string fingerprint;
    bus::Status status = bus::Status::kPending;
    bus::ResultRecord result;
    base::Time due;
  };
  base::Result<serving::Accepted> accept_now(serving::NewRequest request);
  static bus::ResultRecord to_result(const Row& row);

  base::Clock clock_;
  FakeOutage outage_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<base::Uuid, Row> rows_;
  std::map<std::string, std::vector<std::string>> histories_;
  std::set<base::Uuid> refused_;
  std::vector<std::size_t> batches_;
};

}  // namespace sasrec::test
