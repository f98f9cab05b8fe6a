#include "store/queries/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "store/text_check.hpp"

namespace sasrec::store {
namespace {

using bus::RequestRecord;
using bus::ResultRecord;
using bus::Status;

// "finished IS NULL" is "status = 'pending'" by a constraint of the table, but doesn't tempt the planner to the index
// of the pending rows: by statistics made when few were pending, reading it whole and comparing each with each looks
// cheap.
const Statement kFinish{"finish", R"(
UPDATE recommendations r
SET status = n.status, model = n.model, source = n.source, items = string_to_array(n.items, E'\x1f'),
    scores = string_to_array(n.scores, ',')::real[], unknown_items = n.unknown_items, error = n.error,
    finished = n.finished, database_ms = n.database_ms, bus_ms = n.bus_ms, queue_ms = n.queue_ms,
    inference_ms = n.inference_ms, explanation = n.explanation
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::text[],
            $9::timestamptz[], $10::real[], $11::real[], $12::real[], $13::real[],
            $14::text[])
  AS n(id, status, model, source, items, scores, unknown_items, error, finished, database_ms, bus_ms, queue_ms,
       inference_ms, explanation)
WHERE r.id = n.id
  AND (r.finished IS NULL OR (r.status = 'expired' AND n.status <> 'expired' AND n.finished <= r.deadline)))"};

// `attempts` is the number before this one; the bound of the power keeps it finite.
const Statement kTakeDue{"take_due", R"(
WITH due AS (
  SELECT id FROM recommendations
  WHERE status = 'pending' AND next_attempt <= $4::timestamptz AND deadline >= $1::timestamptz
  ORDER BY next_attempt LIMIT $3::bigint FOR UPDATE SKIP LOCKED
), taken AS (
  UPDATE recommendations r
  SET attempts = attempts + 1,
      next_attempt = $1::timestamptz + least(interval '1 minute', $2::double precision * interval '1 millisecond'
                                                                  * 2.0 ^ least(attempts - 1, 20))
  FROM due WHERE r.id = due.id
  RETURNING r.id, r.user_id, r.history, r.k, r.exclude, r.categories, r.seen, r.explain, r.created, r.stored, r.deadline,
            r.attempts, r.traceparent
)
SELECT * FROM taken ORDER BY created, id)"};

const Statement kExpire{"expire", R"(
WITH late AS (
  SELECT id FROM recommendations WHERE status = 'pending' AND deadline < $1::timestamptz
  ORDER BY deadline LIMIT $2::bigint FOR UPDATE SKIP LOCKED
)
UPDATE recommendations r
SET status = 'expired', error = 'no answer came before its deadline', finished = $3::timestamptz
FROM late WHERE r.id = late.id
RETURNING r.id, r.user_id, r.created, r.deadline, r.error, r.traceparent)"};

/// Shortest texts that read back as the same floats.
std::string join_scores(const std::vector<base::ScoredId>& items) {
  std::string joined;
  for (const auto& item : items) {
    if (!joined.empty()) joined += ',';
    fmt::format_to(std::back_inserter(joined), "{}", item.score);
  }
  return joined;
}

base::Result<void> check_result(const ResultRecord& result) {
  if (result.status == Status::kPending) {
    return base::fail(base::ErrorCode::kInvalidInput, "a result can't be pending");
  }
  for (const auto& [field, text] :
       {std::pair("model", &result.model), std::pair("source", &result.source), std::pair("error", &result.error)}) {
    if (auto checked = check_text(field, *text); !checked) return checked;
  }
  return {};
}

}  // namespace

base::Result<std::size_t> finish_requests(Connection& connection, std::span<const ResultRecord> results,
                                          Deadline deadline) {
  // By id, so that two writers lock rows in the same order; stable, so that the first of equal ids
  // counts.
  std::vector<const ResultRecord*> ordered;
  ordered.reserve(results.size());
  for (const auto& result : results) ordered.push_back(&result);
  std::ranges::stable_sort(ordered, {}, [](const ResultRecord* result) { return result->id; });
  const auto twice = std::ranges::unique(ordered, {}, [](const ResultRecord* result) { return result->id; });
  ordered.erase(twice.begin(), twice.end());
  if (ordered.empty()) return 0;

  Array ids(Array::Of::kUuid);
  Array statuses(Array::Of::kText);
  Array models(Array::Of::kText);
  Array sources(Array::Of::kText);
  Array items(Array::Of::kText);
  Array scores(Array::Of::kText);
  Array unknown(Array::Of::kInteger);
  Array errors(Array::Of::kText);
  Array finished(Array::Of::kTime);
  Array database(Array::Of::kReal);
  Array bus(Array::Of::kReal);
  Array queue(Array::Of::kReal);
  Array inference(Array::Of::kReal);
  Array explanations(Array::Of::kText);
  std::vector<std::string> names;
  for (const auto* result : ordered) {
    if (auto checked = check_result(*result); !checked) return base::Failure(std::move(checked.error()));
    ids.add_uuid(result->id);
    statuses.add_text(to_string(result->status));
    models.add_text_or_null(result->model);
    sources.add_text_or_null(result->source);
    if (result->status == Status::kDone) {
      names.clear();
      for (const auto& item : result->items) names.push_back(item.item);
      if (auto checked = check_list("items", names); !checked) return base::Failure(std::move(checked.error()));
      items.add_text(join(names));
      scores.add_text(join_scores(result->items));
    } else {
      items.add_null();
      scores.add_null();
    }
    constexpr std::size_t kMax = std::numeric_limits<std::int32_t>::max();
    unknown.add_integer(static_cast<std::int32_t>(std::min(result->unknown_items, kMax)));
    errors.add_text_or_null(result->error);
    finished.add_time(result->finished);
    database.add_real(result->timings.database_ms);
    bus.add_real(result->timings.bus_ms);
    queue.add_real(result->timings.queue_ms);
    inference.add_real(result->timings.inference_ms);
    std::string explanation;
    if (result->explanation) append_json(explanation, *result->explanation);
    explanations.add_text_or_null(explanation);
  }
  Parameters parameters;
  parameters.add(std::move(ids)).add(std::move(statuses)).add(std::move(models)).add(std::move(sources));
  parameters.add(std::move(items)).add(std::move(scores)).add(std::move(unknown)).add(std::move(errors));
  parameters.add(std::move(finished)).add(std::move(database)).add(std::move(bus)).add(std::move(queue));
  parameters.add(std::move(inference)).add(std::move(explanations));
  const auto rows = connection.run(kFinish, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  return rows->affected();
}

base::Result<std::vector<RequestRecord>> take_due_requests(Connection& connection, base::Time due, base::Time now,
                                                           std::chrono::milliseconds again_after, std::size_t max_count,
                                                           Deadline deadline) {
  Parameters parameters;
  parameters.add_time(now).add_double(static_cast<double>(again_after.count()));
  parameters.add_bigint(static_cast<std::int64_t>(max_count)).add_time(due);
  const auto rows = connection.run(kTakeDue, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  std::vector<RequestRecord> taken(rows->size());
  for (std::size_t i = 0; i < taken.size(); ++i) {
    auto& request = taken[i];
    request.id = rows->uuid(i, 0);
    request.user = rows->text(i, 1);
    request.history = rows->texts(i, 2);
    request.k = static_cast<std::size_t>(rows->integer(i, 3));
    request.exclude = rows->texts(i, 4);
    request.categories = rows->texts(i, 5);
    request.seen = rows->text(i, 6) == to_string(bus::Seen::kInclude) ? bus::Seen::kInclude : bus::Seen::kExclude;
    request.explain = rows->flag(i, 7);
    request.created = rows->time(i, 8);
    request.stored = rows->time(i, 9);
    request.deadline = rows->time(i, 10);
    request.attempt = static_cast<std::uint32_t>(rows->integer(i, 11));
    request.traceparent = rows->text(i, 12);
  }
  return taken;
}

base::Result<std::vector<ResultRecord>> expire_requests(Connection& connection, base::Time before, base::Time now,
                                                        std::size_t max_count, Deadline deadline) {
  Parameters parameters;
  parameters.add_time(before).add_bigint(static_cast<std::int64_t>(max_count)).add_time(now);
  const auto rows = connection.run(kExpire, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  std::vector<ResultRecord> expired(rows->size());
  for (std::size_t i = 0; i < expired.size(); ++i) {
    auto& result = expired[i];
    result.id = rows->uuid(i, 0);
    result.user = rows->text(i, 1);
    result.status = Status::kExpired;
    result.created = rows->time(i, 2);
    result.deadline = rows->time(i, 3);
    result.finished = now;
    result.error = rows->text(i, 4);
    result.traceparent = rows->text(i, 5);
  }
  return expired;
}

}  // namespace sasrec::store
