#include "support/fakes/fake_interaction_store.hpp"

#include <algorithm>
#include <utility>

namespace sasrec::test {

using base::fail;
using pipeline::AddedInteractions;
using pipeline::Interaction;

void FakeInteractionStore::add(std::vector<Interaction> interactions, pipeline::Done<AddedInteractions> done) {
  outage_.submit([this, interactions = std::move(interactions), done = std::move(done)](base::Result<void> failed) {
    if (!failed) return done(base::Failure(failed.error()));
    done(write(interactions));
  });
}

base::Result<AddedInteractions> FakeInteractionStore::add_now(std::span<const Interaction> interactions) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  {
    const std::scoped_lock lock(mutex_);
    batches_.push_back(interactions.size());
  }
  return write(interactions);
}

base::Result<AddedInteractions> FakeInteractionStore::write(std::span<const Interaction> interactions) {
  const std::scoped_lock lock(mutex_);
  for (const auto& interaction : interactions) {
    if (refused_.contains(interaction.id)) {
      return fail(base::ErrorCode::kInvalidInput, "the fake database refuses event {}", interaction.id);
    }
  }
  AddedInteractions added;
  for (const auto& interaction : interactions) {
    if (ids_.insert(interaction.id).second) {
      interactions_.push_back(interaction);
      ++added.added;
    } else {
      ++added.duplicates;
    }
  }
  changed_.notify_all();
  return added;
}

void FakeInteractionStore::history(std::string user, std::size_t most,
                                   pipeline::Done<std::vector<pipeline::StoredInteraction>> done) {
  outage_.submit([this, user = std::move(user), most, done = std::move(done)](base::Result<void> failed) {
    if (!failed) return done(base::Failure(failed.error()));
    std::vector<pipeline::StoredInteraction> history;
    for (const auto& interaction : all()) {
      if (interaction.user == user) history.push_back({interaction.item, interaction.time, interaction.kind});
    }
    std::ranges::reverse(history);
    std::ranges::stable_sort(history, std::ranges::greater(), &pipeline::StoredInteraction::time);
    if (history.size() > most) history.resize(most);
    done(std::move(history));
  });
}

void FakeInteractionStore::users(std::string prefix, std::string after, std::size_t most,
                                 pipeline::Done<std::vector<pipeline::UserSummary>> done) {
  outage_.submit([this, prefix = std::move(prefix), after = std::move(after), most,
                  done = std::move(done)](base::Result<void> failed) {
    if (!failed) return done(base::Failure(failed.error()));
    std::set<std::string> names;
    for (const auto& interaction : all()) names.insert(interaction.user);
    std::vector<pipeline::UserSummary> users;
    for (const auto& name : names) {
      if (users.size() < most && name.starts_with(prefix) && name > after) users.push_back({name});
    }
    done(std::move(users));
  });
}

void FakeInteractionStore::remove_user(std::string user, pipeline::Done<std::size_t> done) {
  outage_.submit([this, user = std::move(user), done = std::move(done)](base::Result<void> failed) {
    if (!failed) return done(base::Failure(failed.error()));
    std::size_t removed = 0;
    {
      const std::scoped_lock lock(mutex_);
      removed = std::erase_if(interactions_, [&](const Interaction& one) { return one.user == user; });
    }
    done(removed);
  });
}

base::Result<std::vector<pipeline::ScoredId>> FakeInteractionStore::popular(std::chrono::hours window,
                                                                            std::size_t most) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const auto interactions = all();
  if (interactions.empty()) return std::vector<pipeline::ScoredId>();
  const auto newest = std::ranges::max(interactions, {}, &Interaction::time).time;
  std::map<std::string, float> counts;
  for (const auto& interaction : interactions) {
    if (interaction.time > newest - window) ++counts[interaction.item];
  }
  std::vector<pipeline::ScoredId> items;
  items.reserve(counts.size());
  for (const auto& [item, count] : counts) items.push_back({item, count});
  std::ranges::stable_sort(items, std::ranges::greater(), &pipeline::ScoredId::score);
  if (items.size() > most) items.resize(most);
  return items;
}

void FakeInteractionStore::refuse(std::string event) {
  const std::scoped_lock lock(mutex_);
  refused_.insert(std::move(event));
}

std::vector<Interaction> FakeInteractionStore::all() const {
  const std::scoped_lock lock(mutex_);
  return interactions_;
}

std::vector<std::size_t> FakeInteractionStore::batches() const {
  const std::scoped_lock lock(mutex_);
  return batches_;
}

bool FakeInteractionStore::await_stored(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return interactions_.size() >= count; });
}

}  // namespace sasrec::test
