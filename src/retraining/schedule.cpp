#include "retraining/schedule.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace sasrec::retraining {

std::optional<std::string> due(const TrainingNeed& need, const RetrainingPolicy& policy,
                               std::optional<base::Time> since, base::Time now) {
  if (need.open || need.new_interactions == 0 || need.interactions < policy.min_interactions) return std::nullopt;
  // What failed will fail again on the same data; a pause keeps it from taking a core all day.
  if (need.last_created && need.last_failed && now - *need.last_created < policy.after_failure) return std::nullopt;
  if (policy.after > 0 && need.new_interactions >= policy.after) return "interactions";
  if (policy.every.count() == 0) return std::nullopt;
  auto last = since;
  if (need.last_created) last = std::max(last.value_or(*need.last_created), *need.last_created);
  // Counted from the newest of both: a version that was imported or trained by hand postpones the next run.
  if (last && now - *last < policy.every) return std::nullopt;
  return "interval";
}

Schedule::Schedule(TrainingStore& store, std::filesystem::path checkpoints, Options options)
    : store_(store), directory_(std::move(checkpoints)), options_(std::move(options)) {}

base::Result<bool> Schedule::tick() {
  std::optional<base::Time> since;
  if (const auto current = directory_.current()) since = checkpoint::created_at(*current);
  const auto& policy = options_.policy;
  const auto need = store_.training_need({.since = since.value_or(base::Time{}),
                                          // Counting further than the policy asks would read the whole table.
                                          .max_count = std::max(policy.min_interactions, policy.after) + 1,
                                          .lease = options_.lease});
  if (!need) return base::Failure(need.error());
  const auto cause = due(*need, policy, since, options_.clock());
  if (!cause) return need->free;
  const auto asked = store_.request_run(*cause);
  if (!asked) return base::Failure(asked.error());
  spdlog::info("training run {} is asked for: {}", asked->id.text(),
               *cause == "interval" ? "it is time" : "enough interactions are new");
  return true;
}

}  // namespace sasrec::retraining
