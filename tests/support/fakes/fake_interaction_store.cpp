#include "support/fakes/fake_interaction_store.hpp"

#include <algorithm>
#include <utility>

namespace sasrec::test {

using base::fail;
using bus::Interaction;
using serving::AddedInteractions;

void FakeInteractionStore::add(std::vector<Interaction> interactions, base::Done<AddedInteractions> done) {
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

void FakeInteractionStore::history(std::string user, std::size_t max_count,
                                   base::Done<std::vector<serving::StoredInteraction>> done) {
  outage_.submit([this, user = std::move(user), max_count, done = std::move(done)](base::Result<void> failed) {
    if (!failed) return done(base::Failure(failed.error()));
    std::vector<serving::StoredInteraction> history;
    for (const auto& interaction : all()) {
      if (interaction.user == user) history.push_back({interaction.item, interaction.time, interaction.kind});
    }
    std::ranges::reverse(history);
    std::ranges::stable_sort(history, std::ranges::greater(), &serving::StoredInteraction::time);
    if (history.size() > max_count) history.resize(max_count);
    done(std::move(history));
  });
}

void FakeInteractionStore::users(std::string prefix, std::string after, std::size_t max_count,
                                 base::Done<std::vector<serving::UserSummary>> done) {
  outage_.submit([this, prefix = std::move(prefix), after = std::move(after), max_count,
                  done = std::move(done)](base::Result<void> failed) {
    if (!failed) return done(base::Failure(failed.error()));
    std::set<std::string> names;
    for (const auto& interaction : all()) names.insert(interaction.user);
    std::vector<serving::UserSummary> users;
    for (const auto& name : names) {
      if (users.size() < max_count && name.starts_with(prefix) && name > after) users.push_back({name});
    }
    done(std::move(users));
  });
}

void FakeInteractionStore::remove_user(std::string user, base::Done<std::size_t> done) {
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

base::Result<std::optional<catalogue::PopularRanking>> FakeInteractionStore::popular(
    std::size_t max_count, std::optional<std::int64_t> known) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const auto interactions = all();
  catalogue::PopularRanking ranking{
      .items = {}, .revision = static_cast<std::int64_t>(interactions.size()), .complete = complete_};
  if (known == ranking.revision) return std::optional<catalogue::PopularRanking>();
  if (interactions.empty()) return std::optional(std::move(ranking));
  const auto day = [](const Interaction& one) {
    return std::chrono::floor<std::chrono::days>(one.time);
  };
  const auto begin =
      day(std::ranges::max(interactions, {}, &Interaction::time)) - catalogue::kPopularWindow + std::chrono::days(1);
  struct Counts {
    std::size_t recent = 0;
    std::size_t total = 0;
  };
  std::map<std::string, Counts> counts;
  for (const auto& interaction : interactions) {
    ++counts[interaction.item].total;
    if (day(interaction) >= begin) ++counts[interaction.item].recent;
  }
  std::vector<std::pair<std::string, Counts>> ranked(counts.begin(), counts.end());
  std::ranges::stable_sort(ranked, [](const auto& a, const auto& b) {
    return std::pair(a.second.recent, a.second.total) > std::pair(b.second.recent, b.second.total);
  });
  if (ranked.size() > max_count) ranked.resize(max_count);
  for (auto& [item, count] : ranked) ranking.items.push_back({item, static_cast<float>(count.recent)});
  return std::optional(std::move(ranking));
}

base::Result<catalogue::Counting> FakeInteractionStore::count_popular() {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  complete_ = true;
  return catalogue::Counting::kIdle;
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
