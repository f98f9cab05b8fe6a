#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "pipeline/stores.hpp"
#include "support/fakes/fake_outage.hpp"

namespace sasrec::test {

/// Interactions in memory, with the rules of pipeline::InteractionStore. Thread-safe.
class FakeInteractionStore : public pipeline::InteractionStore {
 public:
  void add(std::vector<pipeline::Interaction> interactions, pipeline::Done<pipeline::AddedInteractions> done) override;
  base::Result<pipeline::AddedInteractions> add_now(std::span<const pipeline::Interaction> interactions) override;
  void history(std::string user, std::size_t most,
               pipeline::Done<std::vector<pipeline::StoredInteraction>> done) override;
  void users(std::string prefix, std::string after, std::size_t most,
             pipeline::Done<std::vector<pipeline::UserSummary>> done) override;
  void remove_user(std::string user, pipeline::Done<std::size_t> done) override;
  base::Result<std::vector<pipeline::ScoredId>> popular(std::chrono::hours window, std::size_t most) override;

  FakeOutage& outage() { return outage_; }
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
  std::set<std::string> refused_;
  std::vector<std::size_t> batches_;
};

}  // namespace sasrec::test
