#include "store/queries/interactions.hpp"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/uuid.hpp"
#include "store/text_check.hpp"

namespace sasrec::store {
namespace {

using bus::Interaction;
using serving::AddedInteractions;
using serving::StoredInteraction;
using serving::UserSummary;

// A scan of unnest() gives the rows in their order, and each takes its ordinal when it is inserted.
const Statement kAdd{"add", R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind, recommendation_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::uuid[])
ON CONFLICT (event_id) DO NOTHING
RETURNING event_id)"};

const Statement kHistory{"history", R"(
SELECT item_id, time, kind FROM interactions WHERE user_id = $1::text
ORDER BY time DESC, ordinal DESC LIMIT $2::bigint)"};

// Goes from one user to the next by index, however many interactions lie between. Users of one prefix stand together in
// byte order, so the first other one ends the walk.
const Statement kUsers{"users", R"(
WITH RECURSIVE walk (user_id, place) AS (
  (SELECT user_id, 1::bigint FROM interactions WHERE user_id > $2::text AND user_id >= $1::text ORDER BY user_id LIMIT 1)
  UNION ALL
  SELECT next.user_id, walk.place + 1
  FROM walk, LATERAL (SELECT i.user_id FROM interactions i WHERE i.user_id > walk.user_id
                      ORDER BY i.user_id LIMIT 1) next
  WHERE walk.place < $3::bigint AND starts_with(walk.user_id, $1::text)
)
SELECT user_id FROM walk WHERE starts_with(user_id, $1::text) LIMIT $3::bigint)"};

const Statement kRemoveInteractions{"remove_interactions", "DELETE FROM interactions WHERE user_id = $1::text"};
const Statement kRemoveRequests{"remove_requests", "DELETE FROM recommendations WHERE user_id = $1::text"};

/// Which call adds an event, and whether it was new.
struct Event {
  std::size_t call = 0;
  bool added = false;
};

}  // namespace

base::Result<void> check_interaction(const Interaction& interaction) {
  for (const auto& [field, text] : {std::pair("id", &interaction.id), std::pair("user", &interaction.user),
                                    std::pair("item", &interaction.item), std::pair("kind", &interaction.kind)}) {
    if (auto checked = check_text(field, *text); !checked) return checked;
  }
  if (!interaction.recommendation.empty() && !base::Uuid::parse(interaction.recommendation)) {
    return base::fail(base::ErrorCode::kInvalidInput, "recommendation is no UUID");
  }
  return {};
}

base::Result<void> check_interactions(const std::vector<Interaction>& interactions) {
  for (const auto& interaction : interactions) {
    if (auto checked = check_interaction(interaction); !checked) return checked;
  }
  return {};
}

namespace {

base::Result<std::vector<AddedInteractions>> add_lists(Connection& connection,
                                                       std::span<const std::span<const Interaction>> lists,
                                                       Deadline deadline) {
  std::vector<AddedInteractions> added(lists.size());
  std::unordered_map<std::string_view, Event> events;
  Array ids(Array::Of::kText);
  Array users(Array::Of::kText);
  Array items(Array::Of::kText);
  Array times(Array::Of::kTime);
  Array kinds(Array::Of::kText);
  Array recommendations(Array::Of::kUuid);
  for (std::size_t call = 0; call < lists.size(); ++call) {
    for (const auto& interaction : lists[call]) {
      if (!events.try_emplace(interaction.id, Event{.call = call}).second) {
        ++added[call].duplicates;
        continue;
      }
      ids.add_text(interaction.id);
      users.add_text(interaction.user);
      items.add_text(interaction.item);
      times.add_time(interaction.time);
      kinds.add_text(interaction.kind);
      if (const auto recommendation = base::Uuid::parse(interaction.recommendation)) {
        recommendations.add_uuid(*recommendation);
      } else {
        recommendations.add_null();
      }
    }
  }
  if (events.empty()) return added;
  Parameters parameters;
  parameters.add(std::move(ids)).add(std::move(users)).add(std::move(items)).add(std::move(times));
  parameters.add(std::move(kinds)).add(std::move(recommendations));
  const auto rows = connection.run(kAdd, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) events.at(rows->text(i, 0)).added = true;
  for (const auto& [id, event] : events) {
    ++(event.added ? added[event.call].added : added[event.call].duplicates);
  }
  return added;
}

}  // namespace

base::Result<std::vector<base::Result<AddedInteractions>>> add_interactions(
    Connection& connection, std::span<const Attempt<std::vector<Interaction>>> calls, Deadline deadline) {
  std::vector<std::span<const Interaction>> lists;
  lists.reserve(calls.size());
  for (const auto& call : calls) lists.emplace_back(*call.request);
  const auto added = add_lists(connection, lists, deadline);
  if (!added) return base::Failure(added.error());
  return std::vector<base::Result<AddedInteractions>>(added->begin(), added->end());
}

base::Result<AddedInteractions> add_interactions(Connection& connection, std::span<const Interaction> interactions,
                                                 Deadline deadline) {
  for (const auto& interaction : interactions) {
    if (auto checked = check_interaction(interaction); !checked) return base::Failure(std::move(checked.error()));
  }
  auto added = add_lists(connection, {&interactions, 1}, deadline);
  if (!added) return base::Failure(std::move(added.error()));
  return added->front();
}

base::Result<void> check_history(const HistoryQuestion& question) {
  return check_text("user", question.user);
}

base::Result<std::vector<base::Result<std::vector<StoredInteraction>>>> read_histories(
    Connection& connection, std::span<const Attempt<HistoryQuestion>> calls, Deadline deadline) {
  std::vector<Query> queries;
  queries.reserve(calls.size());
  for (const auto& call : calls) {
    queries.push_back({&kHistory, {}});
    queries.back()
        .parameters.add_text(call.request->user)
        .add_bigint(static_cast<std::int64_t>(call.request->max_count));
  }
  auto found = connection.run_each(queries, deadline);
  if (!found) return base::Failure(std::move(found.error()));
  std::vector<base::Result<std::vector<StoredInteraction>>> answers;
  answers.reserve(calls.size());
  for (auto& rows : *found) {
    if (!rows) return base::Failure(std::move(rows.error()));
    std::vector<StoredInteraction> history(rows->size());
    for (std::size_t i = 0; i < history.size(); ++i) {
      history[i] = {
          .item = std::string(rows->text(i, 0)), .time = rows->time(i, 1), .kind = std::string(rows->text(i, 2))};
    }
    answers.emplace_back(std::move(history));
  }
  return answers;
}

base::Result<void> check_users(const UsersQuestion& question) {
  if (auto checked = check_text("prefix", question.prefix); !checked) return checked;
  return check_text("after", question.after);
}

base::Result<std::vector<base::Result<std::vector<UserSummary>>>> list_users(
    Connection& connection, std::span<const Attempt<UsersQuestion>> calls, Deadline deadline) {
  std::vector<Query> queries;
  queries.reserve(calls.size());
  for (const auto& call : calls) {
    queries.push_back({&kUsers, {}});
    queries.back().parameters.add_text(call.request->prefix).add_text(call.request->after);
    queries.back().parameters.add_bigint(static_cast<std::int64_t>(call.request->max_count));
  }
  auto found = connection.run_each(queries, deadline);
  if (!found) return base::Failure(std::move(found.error()));
  std::vector<base::Result<std::vector<UserSummary>>> answers;
  answers.reserve(calls.size());
  for (auto& rows : *found) {
    if (!rows) return base::Failure(std::move(rows.error()));
    std::vector<UserSummary> users(rows->size());
    for (std::size_t i = 0; i < users.size(); ++i) users[i].user = rows->text(i, 0);
    answers.emplace_back(std::move(users));
  }
  return answers;
}

base::Result<void> check_user(const std::string& user) {
  return check_text("user", user);
}

base::Result<std::vector<base::Result<std::size_t>>> remove_users(Connection& connection,
                                                                  std::span<const Attempt<std::string>> calls,
                                                                  Deadline deadline) {
  std::vector<Query> queries;
  queries.reserve(2 * calls.size());
  for (const auto& call : calls) {
    for (const auto* statement : {&kRemoveInteractions, &kRemoveRequests}) {
      queries.push_back({statement, {}});
      queries.back().parameters.add_text(*call.request);
    }
  }
  const auto removed = connection.run_together(queries, deadline);
  if (!removed) return base::Failure(removed.error());
  std::vector<base::Result<std::size_t>> answers;
  answers.reserve(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) answers.emplace_back((*removed)[2 * i].affected());
  return answers;
}

}  // namespace sasrec::store
