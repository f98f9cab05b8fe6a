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

#include "pipeline/popularity_store.hpp"
#include "pipeline/stores.hpp"
#include "support/fakes/fake_outage.hpp"

namespace sasrec::test {

/// Interactions in memory, with the rules of pipeline::InteractionStore and, but that every time has come, of
/// pipeline::PopularityStore. Thread-safe.
class FakeInteractionStore : public pipeline::InteractionStore, public pipeline::PopularityStore {
 public:
  void add(std::vector<pipeline::Interaction> interactions, pipeline::Done<pipeline::AddedInteractions> done) override;
  base::Result<pipeline::AddedInteractions> add_now(std::span<const pipeline::Interaction> interactions) override;
  void history(std::string user, std::size_t most,
               pipeline::Done<std::vector<pipeline::StoredInteraction>> done) override;
  void users(std::string prefix, std::string after, std::size_t most,
             pipeline::Done<std::vector<pipeline::UserSummary>> done) override;
  void remove_user(std::string user, pipeline::Done<std::size_t> done) override;
  base::Result<std::optional<pipeline::PopularRanking>> popular(std::size_t most,
                                                                std::optional<std::int64_t> known) override;
  base::Result<pipeline::Counting> count_popular() override;

  FakeOutage& outage() { return outage_; }
  /// As long as this is not called, counting has been up to date once.
  void count_later() { complete_ = false; }
  /// Calls with an event of this id fail with kInvalidInput: the others in the call are not written either.
  void refuse(std::string event);

  std::vector<pipeline::Interaction> all() const;  ///< in the order they came
  /// The size of each call of add_now().
  std::vector<std::size_t> batches() const;
  /// Until there are `count` interactions; false after ten seconds.
  bool await_stored(std::size_t count) const;

 private:
  base::Result<pipeline::AddedInteractions> write(std::span<const pipeline::Interaction> interactions);

  FakeOutage outage_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<pipeline::Interaction> interactions_;
  std::set<std::string> ids_;
  std::atomic<bool> complete_ = true;
  std::set<std::string> refused_;
  std::vector<std::size_t> batches_;
};

}  // namespace sasrec::test
