#include "store/queries/requests.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/time.hpp"
#include "store/text_check.hpp"

namespace sasrec::store {
namespace {

using base::ErrorCode;
using serving::Accepted;
using serving::NewRequest;

static_assert(bus::kMaxHistory == 3000, "kAcceptReading has the number too");

const Statement kAcceptGiven{"accept_given", R"(
INSERT INTO recommendations (id, user_id, history, k, exclude, categories, seen, explain, fingerprint, traceparent,
                             created, stored, deadline, next_attempt)
SELECT id, user_id, string_to_array(history, E'\x1f'), k, string_to_array(exclude, E'\x1f'),
       string_to_array(categories, E'\x1f'), seen, explain, fingerprint, traceparent,
       created, $12::timestamptz, deadline, next_attempt
FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[],
            $9::text[], $10::timestamptz[], $11::timestamptz[], $13::timestamptz[], $14::text[])
  AS n(id, user_id, k, exclude, categories, seen, explain, fingerprint, traceparent, created, deadline, next_attempt,
       history)
ON CONFLICT (id) DO NOTHING
RETURNING id)"};

// The history is read forward, in its order, if it is within the limit: sorting costs as much as reading it. OFFSET 0
// keeps the planner from reading it once for each time it is mentioned.
const Statement kAcceptReading{"accept_reading", R"(
INSERT INTO recommendations (id, user_id, history, k, exclude, categories, seen, explain, fingerprint, traceparent,
                             created, stored, deadline, next_attempt)
SELECT id, n.user_id,
       CASE WHEN cardinality(items) <= 3000 THEN items
            ELSE ARRAY(SELECT item_id
                       FROM (SELECT item_id, time, ordinal FROM interactions i WHERE i.user_id = n.user_id
                             ORDER BY time DESC, ordinal DESC LIMIT 3000) newest
                       ORDER BY time, ordinal) END,
       k, string_to_array(exclude, E'\x1f'), string_to_array(categories, E'\x1f'), seen, explain, fingerprint,
       traceparent, created, $12::timestamptz, deadline, next_attempt
FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[],
            $9::text[], $10::timestamptz[], $11::timestamptz[], $13::timestamptz[])
  AS n(id, user_id, k, exclude, categories, seen, explain, fingerprint, traceparent, created, deadline, next_attempt),
LATERAL (SELECT ARRAY(SELECT item_id FROM interactions i WHERE i.user_id = n.user_id
                      ORDER BY time, ordinal LIMIT 3001) AS items OFFSET 0) oldest
ON CONFLICT (id) DO NOTHING
RETURNING id, history)"};

const Statement kAcceptedBefore{"accepted_before", R"(
SELECT id, fingerprint, created, stored, history FROM recommendations WHERE id = ANY ($1::uuid[]))"};

// What to_result() reads.
const Statement kFind{"find", R"(
SELECT id, user_id, status, created, deadline, traceparent, model, source, items, scores, unknown_items, error, finished,
       database_ms, bus_ms, queue_ms, inference_ms, explanation
FROM recommendations WHERE id = $1::uuid)"};

// By id: ids begin with the time at which they were made, and no index on when a request ended is kept for this.
const Statement kEndedSince{"ended_since", R"(
SELECT id, user_id, status, created, deadline, traceparent, model, source, items, scores, unknown_items, error, finished,
       database_ms, bus_ms, queue_ms, inference_ms, explanation
FROM recommendations WHERE id >= $1::uuid AND finished >= $2::timestamptz ORDER BY finished DESC LIMIT $3::bigint)"};
constexpr std::chrono::minutes kMaxRequest(1);

/// The columns of the rows to write.
class Columns {
 public:
  void add(const RequestToStore& call, base::Time stored) {
    const auto& message = call.request.message;
    id_.add_uuid(message.id);
    user_.add_text_or_null(message.user);
    k_.add_integer(static_cast<std::int32_t>(message.k));
    exclude_.add_text(join(message.exclude));
    categories_.add_text(join(message.categories));
    seen_.add_text(to_string(message.seen));
    explain_.add_flag(message.explain);
    fingerprint_.add_text(call.request.fingerprint);
    traceparent_.add_text(message.traceparent);
    created_.add_time(message.created);
    deadline_.add_time(message.deadline);
    next_.add_time(stored + call.first_attempt_after);
    if (!call.request.read_history) history_.add_text(join(message.history));
    ++size_;
  }

  std::size_t size() const { return size_; }

  Parameters take(base::Time stored) {
    Parameters parameters;
    parameters.add(std::move(id_)).add(std::move(user_)).add(std::move(k_)).add(std::move(exclude_));
    parameters.add(std::move(categories_)).add(std::move(seen_)).add(std::move(explain_)).add(std::move(fingerprint_));
    parameters.add(std::move(traceparent_)).add(std::move(created_)).add(std::move(deadline_)).add_time(stored);
    parameters.add(std::move(next_));
    return parameters;
  }
  Parameters take_with_history(base::Time stored) { return take(stored).add(std::move(history_)); }

 private:
  std::size_t size_ = 0;
  Array id_{Array::Of::kUuid};
  Array user_{Array::Of::kText};
  Array k_{Array::Of::kInteger};
  Array exclude_{Array::Of::kText};
  Array categories_{Array::Of::kText};
  Array seen_{Array::Of::kText};
  Array explain_{Array::Of::kBoolean};
  Array fingerprint_{Array::Of::kText};
  Array traceparent_{Array::Of::kText};
  Array created_{Array::Of::kTime};
  Array deadline_{Array::Of::kTime};
  Array next_{Array::Of::kTime};
  Array history_{Array::Of::kText};
};

/// What becomes of an id of the batch.
struct Outcome {
  const Attempt<RequestToStore>* first;  ///< of the calls with this id
  Accepted accepted;
  bool known = false;
};
using Outcomes = std::unordered_map<base::Uuid, Outcome>;

/// Reads the stored rows of the ids that were not new.
base::Result<void> look_up(Connection& connection, Outcomes& outcomes, Deadline deadline) {
  Array ids(Array::Of::kUuid);
  std::size_t open = 0;
  for (const auto& [id, outcome] : outcomes) {
    if (outcome.known) continue;
    ids.add_uuid(id);
    ++open;
  }
  if (open == 0) return {};
  Parameters parameters;
  parameters.add(std::move(ids));
  const auto rows = connection.run(kAcceptedBefore, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  if (rows->size() != open) {
    return base::fail(ErrorCode::kUnavailable, "a request was removed while another came under its id");
  }
  for (std::size_t i = 0; i < rows->size(); ++i) {
    auto& outcome = outcomes.at(rows->uuid(i, 0));
    outcome.known = true;
    outcome.accepted = {.created = false,
                        .fingerprint = std::string(rows->text(i, 1)),
                        .history = rows->texts(i, 4),
                        .stored = rows->time(i, 3)};
    // Ours, if an earlier try was written and only its answer was lost.
    const auto& request = outcome.first->request->request;
    outcome.accepted.created = outcome.first->repeated && rows->time(i, 2) == request.message.created &&
                               outcome.accepted.fingerprint == request.fingerprint;
  }
  return {};
}

bus::ResultRecord to_result(const Rows& rows, std::size_t row) {
  bus::ResultRecord result;
  result.id = rows.uuid(row, 0);
  result.user = rows.text(row, 1);
  result.status = bus::parse_status(rows.text(row, 2)).value_or(bus::Status::kFailed);
  result.created = rows.time(row, 3);
  result.deadline = rows.time(row, 4);
  result.traceparent = rows.text(row, 5);
  result.model = rows.text(row, 6);
  result.source = rows.text(row, 7);
  auto items = rows.texts(row, 8);
  const auto scores = rows.reals(row, 9);
  for (std::size_t i = 0; i < items.size() && i < scores.size(); ++i) {
    result.items.push_back({.item = std::move(items[i]), .score = scores[i]});
  }
  result.unknown_items = static_cast<std::size_t>(rows.integer(row, 10));
  result.error = rows.text(row, 11);
  result.finished = rows.time(row, 12);
  result.timings = {.database_ms = rows.real(row, 13),
                    .bus_ms = rows.real(row, 14),
                    .queue_ms = rows.real(row, 15),
                    .inference_ms = rows.real(row, 16)};
  if (const auto json = rows.text(row, 17); !json.empty()) {
    // What was written by this program reads; should it not, the answer is worth more without than not at all.
    if (auto explanation = bus::parse_explanation(json)) result.explanation = *std::move(explanation);
  }
  return result;
}

}  // namespace

base::Result<void> check_request(const RequestToStore& call) {
  const auto& message = call.request.message;
  if (message.k > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    return base::fail(ErrorCode::kInvalidInput, "k is {}", message.k);
  }
  for (const auto& [field, text] : {std::pair("user", &message.user), std::pair("traceparent", &message.traceparent),
                                    std::pair("fingerprint", &call.request.fingerprint)}) {
    if (auto checked = check_text(field, *text); !checked) return checked;
  }
  for (const auto& [field, list] : {std::pair("history", &message.history), std::pair("exclude", &message.exclude),
                                    std::pair("categories", &message.categories)}) {
    if (auto checked = check_list(field, *list); !checked) return checked;
  }
  return {};
}

base::Result<std::vector<base::Result<Accepted>>> accept_requests(Connection& connection,
                                                                  std::span<const Attempt<RequestToStore>> calls,
                                                                  Deadline deadline) {
  const auto before = base::now();
  Outcomes outcomes;
  outcomes.reserve(calls.size());
  Columns given;
  Columns reading;
  for (const auto& call : calls) {
    const auto [at, is_new] = outcomes.try_emplace(call.request->request.message.id, Outcome{.first = &call});
    if (is_new) (call.request->request.read_history ? reading : given).add(*call.request, before);
  }
  std::vector<Query> queries;
  if (given.size() > 0) queries.push_back({&kAcceptGiven, given.take_with_history(before)});
  if (reading.size() > 0) queries.push_back({&kAcceptReading, reading.take(before)});
  auto written = connection.run_together(queries, deadline);
  if (!written) return base::Failure(std::move(written.error()));
  const auto after = base::now();

  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto& rows = (*written)[q];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto& outcome = outcomes.at(rows.uuid(i, 0));
      const auto& request = outcome.first->request->request;
      outcome.known = true;
      outcome.accepted = {.fingerprint = request.fingerprint,
                          .history = request.read_history ? rows.texts(i, 1) : request.message.history,
                          .stored = after};
    }
  }
  if (auto looked = look_up(connection, outcomes, deadline); !looked) return base::Failure(std::move(looked.error()));

  std::vector<base::Result<Accepted>> answers;
  answers.reserve(calls.size());
  for (const auto& call : calls) {
    auto& outcome = outcomes.at(call.request->request.message.id);
    answers.emplace_back(outcome.accepted);
    if (outcome.first != &call) answers.back()->created = false;
  }
  return answers;
}

base::Result<std::vector<base::Result<bus::ResultRecord>>> find_requests(Connection& connection,
                                                                         std::span<const Attempt<base::Uuid>> calls,
                                                                         Deadline deadline) {
  std::vector<Query> queries;
  queries.reserve(calls.size());
  for (const auto& call : calls) {
    queries.push_back({&kFind, {}});
    queries.back().parameters.add_uuid(*call.request);
  }
  auto found = connection.run_each(queries, deadline);
  if (!found) return base::Failure(std::move(found.error()));
  std::vector<base::Result<bus::ResultRecord>> answers;
  answers.reserve(calls.size());
  for (auto& rows : *found) {
    if (!rows) return base::Failure(std::move(rows.error()));
    if (rows->size() == 0) {
      answers.emplace_back(base::fail(ErrorCode::kNotFound, "no recommendation has this id"));
    } else {
      answers.emplace_back(to_result(*rows, 0));
    }
  }
  return answers;
}

base::Result<std::vector<base::Result<std::vector<bus::ResultRecord>>>> ended_requests(
    Connection& connection, std::span<const Attempt<EndedQuestion>> calls, Deadline deadline) {
  std::vector<Query> queries;
  queries.reserve(calls.size());
  for (const auto& call : calls) {
    const auto& [since, max_count] = *call.request;
    queries.push_back({&kEndedSince, {}});
    queries.back().parameters.add_uuid(base::Uuid::earliest(since - kMaxRequest)).add_time(since);
    queries.back().parameters.add_bigint(static_cast<std::int64_t>(max_count));
  }
  auto found = connection.run_each(queries, deadline);
  if (!found) return base::Failure(std::move(found.error()));
  std::vector<base::Result<std::vector<bus::ResultRecord>>> answers;
  answers.reserve(calls.size());
  for (auto& rows : *found) {
    if (!rows) return base::Failure(std::move(rows.error()));
    std::vector<bus::ResultRecord> ended;
    ended.reserve(rows->size());
    for (auto row = rows->size(); row-- > 0;) ended.push_back(to_result(*rows, row));
    answers.emplace_back(std::move(ended));
  }
  return answers;
}

}  // namespace sasrec::store
