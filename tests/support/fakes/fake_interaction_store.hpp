#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/done.hpp"
#include "bus/records.hpp"
#include "catalogue/popularity_store.hpp"
#include "serving/interaction_store.hpp"
#include "support/fakes/fake_outage.hpp"

namespace sasrec::test {

/// Interactions in memory, with the rules of serving::InteractionStore and, but that every time has come, of
/// catalogue::PopularityStore. Thread-safe.
class FakeInteractionStore : public serving::InteractionStore, public catalogue::PopularityStore {
 public:
  void add(std::vector<bus::Interaction> interactions, base::Done<serving::AddedInteractions> done) override;
  base::Result<serving::AddedInteractions> add_now(std::span<const bus::Interaction> interactions) override;
  void history(std::string user, std::size_t max_count,
               base::Done<std::vector<serving::StoredInteraction>> done) override;
  void users(std::string prefix, std::string after, std::size_t max_count,
             base::Done<std::vector<serving::UserSummary>> done) override;
  void remove_user(std::string user, base::Done<std::size_t> done) override;
  base::Result<std::optional<catalogue::PopularRanking>> popular(std::size_t max_count,
                                                                 std::optional<std::int64_t> known) override;
  base::Result<catalogue::Counting> count_popular() override;

  FakeOutage& outage() { return outage_; }
  /// As long as this is not called, counting has been up to date once.
  void count_later() { complete_ = false; }
  /// Calls with an event of this id fail with kInvalidInput: the others in the call are not written either.
  void refuse(std::string event);

  std::vector<bus::Interaction> all() const;  ///< in the order they came
  /// The size of each call of add_now().
  std::vector<std::size_t> batches() const;
  /// Until there are `count` interactions; false after ten seconds.
  bool await_stored(std::size_t count) const;

 private:
  base::Result<serving::AddedInteractions> write(std::span<const bus::Interaction> interactions);

  FakeOutage outage_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<bus::Interaction> interactions_;
  std::set<std::string> ids_;
  std::atomic<bool> complete_ = true;
  std::set<std::string> refused_;
  std::vector<std::size_t> batches_;
};

}  // namespace sasrec::test
