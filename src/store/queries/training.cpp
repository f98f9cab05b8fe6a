#include "store/queries/training.hpp"

#include <fmt/format.h>

#include <limits>
#include <string>
#include <utility>

#include "base/encoding.hpp"

namespace sasrec::store {
namespace {

using base::ErrorCode;
using retraining::RunState;
using retraining::TrainingRun;

// What run_of() reads.
constexpr std::string_view kColumns =
    "id, state, reason, created, started, finished, attempts, through_ordinal, interactions, epoch, epochs, loss, "
    "ndcg, seconds_left, model, error";

// The one that waits already is as good as a new one.
const std::string kRequestText = fmt::format(R"(
WITH made AS (
  INSERT INTO training_runs (id, reason) VALUES ($1::uuid, $2::text)
  ON CONFLICT (state) WHERE state = 'queued' DO NOTHING RETURNING *
)
SELECT {0} FROM made UNION ALL SELECT {0} FROM training_runs WHERE state = 'queued' LIMIT 1)",
                                             kColumns);
const Statement kRequest{"request_run", kRequestText.c_str()};

const std::string kRunsText =
    fmt::format("SELECT {} FROM training_runs ORDER BY created DESC, id DESC LIMIT $1::bigint", kColumns);
const Statement kRuns{"training_runs", kRunsText.c_str()};

const Statement kNeed{"training_need", R"(
WITH open AS (
  SELECT state = 'queued' AS waits, heartbeat < now() - $3::double precision * interval '1 ms' AS silent
  FROM training_runs WHERE finished IS NULL
), last AS (
  SELECT created, state FROM training_runs ORDER BY created DESC LIMIT 1
), done AS (
  SELECT max(through_ordinal) AS ordinal FROM training_runs WHERE state IN ('promoted', 'rejected')
)
SELECT EXISTS (SELECT FROM open),
       EXISTS (SELECT FROM open WHERE waits OR silent) AND NOT EXISTS (SELECT FROM open WHERE NOT waits AND NOT silent),
       (SELECT created FROM last), coalesce((SELECT state = 'failed' FROM last), false),
       (SELECT count(*) FROM (SELECT FROM interactions LIMIT $2::bigint) counted),
       CASE WHEN (SELECT ordinal FROM done) IS NULL
         THEN (SELECT count(*) FROM (SELECT FROM interactions WHERE received > $1::timestamptz LIMIT $2::bigint) counted)
         ELSE (SELECT count(*) FROM (SELECT FROM interactions WHERE ordinal > (SELECT ordinal FROM done)
                                     LIMIT $2::bigint) counted)
       END)"};

const Statement kGiveUp{"give_up_runs", R"(
UPDATE training_runs SET state = 'failed', finished = now(), seconds_left = NULL,
  error = 'given up: ' || attempts || ' trainers took it, and each fell silent'
WHERE finished IS NULL AND state <> 'queued' AND attempts >= $2::bigint
  AND heartbeat < now() - $1::double precision * interval '1 ms')"};

// A run that was lost goes before one that waits. That no two are worked on at a time is also what an index says.
const std::string kTakeText = fmt::format(R"(
UPDATE training_runs SET state = 'loading', trainer = $1::text, attempts = attempts + 1, heartbeat = now(),
  started = coalesce(started, now()), epoch = NULL, loss = NULL, seconds_left = NULL
WHERE id = (
  SELECT id FROM training_runs
  WHERE state = 'queued' OR (finished IS NULL AND heartbeat < now() - $2::double precision * interval '1 ms')
  ORDER BY state = 'queued', created LIMIT 1 FOR UPDATE SKIP LOCKED
) AND NOT EXISTS (
  SELECT FROM training_runs
  WHERE finished IS NULL AND state <> 'queued' AND heartbeat >= now() - $2::double precision * interval '1 ms'
)
RETURNING {})",
                                          kColumns);
const Statement kTake{"take_run", kTakeText.c_str()};

const Statement kReport{"report_run", R"(
UPDATE training_runs SET state = $3::text, heartbeat = now(),
  through_ordinal = coalesce(nullif($4::bigint, -1), through_ordinal),
  interactions = coalesce(nullif($5::bigint, -1), interactions),
  epoch = coalesce(nullif($6::bigint, -1), epoch), epochs = coalesce(nullif($7::bigint, -1), epochs),
  loss = coalesce(nullif($8::double precision, 'NaN'), loss),
  ndcg = coalesce(nullif($9::double precision, 'NaN'), ndcg),
  seconds_left = nullif($10::double precision, 'NaN'), model = coalesce(nullif($11::text, ''), model)
WHERE id = $1::uuid AND trainer = $2::text AND finished IS NULL)"};

// As if its trainer had been silent for long.
const Statement kRelease{"release_run", R"(
UPDATE training_runs SET heartbeat = now() - interval '1 day', attempts = attempts - 1
WHERE id = $1::uuid AND trainer = $2::text AND finished IS NULL)"};

const Statement kFinish{"finish_run", R"(
UPDATE training_runs SET state = $3::text, finished = now(), seconds_left = NULL,
  model = coalesce(nullif($4::text, ''), model), error = nullif($5::text, '')
WHERE id = $1::uuid AND trainer = $2::text AND finished IS NULL)"};

template <class T, class Read>
std::optional<T> unless_null(const Rows& rows, std::size_t row, int column, const Read& read) {
  if (rows.is_null(row, column)) return std::nullopt;
  return static_cast<T>(read(row, column));
}

TrainingRun run_of(const Rows& rows, std::size_t row) {
  const auto time = [&](std::size_t at, int column) {
    return rows.time(at, column);
  };
  const auto bigint = [&](std::size_t at, int column) {
    return rows.bigint(at, column);
  };
  const auto integer = [&](std::size_t at, int column) {
    return rows.integer(at, column);
  };
  const auto real = [&](std::size_t at, int column) {
    return rows.number(at, column);
  };
  return {.id = rows.uuid(row, 0),
          // A state that a newer program has written says that something is done.
          .state = retraining::parse_run_state(rows.text(row, 1)).value_or(RunState::kTraining),
          .cause = std::string(rows.text(row, 2)),
          .created = rows.time(row, 3),
          .started = unless_null<base::Time>(rows, row, 4, time),
          .finished = unless_null<base::Time>(rows, row, 5, time),
          .attempts = static_cast<std::size_t>(rows.integer(row, 6)),
          .through_ordinal = unless_null<std::int64_t>(rows, row, 7, bigint),
          .interactions = unless_null<std::size_t>(rows, row, 8, bigint),
          .epoch = unless_null<std::size_t>(rows, row, 9, integer),
          .epochs = unless_null<std::size_t>(rows, row, 10, integer),
          .loss = unless_null<double>(rows, row, 11, real),
          .ndcg = unless_null<double>(rows, row, 12, real),
          .seconds_left = unless_null<double>(rows, row, 13, real),
          .version = std::string(rows.text(row, 14)),
          .reason = std::string(rows.text(row, 15))};
}

double milliseconds_of(std::chrono::milliseconds duration) {
  return static_cast<double>(duration.count());
}

/// -1: not known.
template <class T>
std::int64_t known(const std::optional<T>& number) {
  return number ? static_cast<std::int64_t>(*number) : -1;
}

double known(const std::optional<double>& number) {
  return number.value_or(std::numeric_limits<double>::quiet_NaN());
}

base::Result<void> expect_own(const base::Result<Rows>& rows, const base::Uuid& id) {
  if (!rows) return base::Failure(rows.error());
  if (rows->affected() == 0) {
    return base::fail(ErrorCode::kNotFound, "training run {} is another trainer's by now, or at its end", id.text());
  }
  return {};
}

}  // namespace

base::Result<TrainingRun> request_run(Connection& connection, std::string_view cause, Deadline deadline) {
  // Between not inserting and reading, the one that waited may be taken: then there is room for a new one.
  constexpr int kTries = 5;
  for (int i = 0; i < kTries; ++i) {
    Parameters parameters;
    parameters.add_uuid(base::Uuid::make()).add_text(cause);
    const auto rows = connection.run(kRequest, parameters, deadline);
    if (!rows) return base::Failure(rows.error());
    if (rows->size() > 0) return run_of(*rows, 0);
  }
  return base::fail(ErrorCode::kUnavailable, "training runs are asked for and taken too fast");
}

base::Result<std::vector<TrainingRun>> read_runs(Connection& connection, std::size_t max_count, Deadline deadline) {
  Parameters parameters;
  parameters.add_bigint(static_cast<std::int64_t>(max_count));
  const auto rows = connection.run(kRuns, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  std::vector<TrainingRun> runs;
  runs.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row) runs.push_back(run_of(*rows, row));
  return runs;
}

base::Result<retraining::TrainingNeed> read_need(Connection& connection, const retraining::NeedQuestion& question,
                                                 Deadline deadline) {
  Parameters parameters;
  parameters.add_time(question.since).add_bigint(static_cast<std::int64_t>(question.max_count));
  parameters.add_double(milliseconds_of(question.lease));
  const auto rows = connection.run(kNeed, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  retraining::TrainingNeed need{.open = rows->flag(0, 0), .free = rows->flag(0, 1)};
  if (!rows->is_null(0, 2)) need.last_created = rows->time(0, 2);
  need.last_failed = rows->flag(0, 3);
  need.interactions = static_cast<std::size_t>(rows->bigint(0, 4));
  need.new_interactions = static_cast<std::size_t>(rows->bigint(0, 5));
  return need;
}

base::Result<std::optional<TrainingRun>> take_run(Connection& connection, std::string_view trainer,
                                                  std::chrono::milliseconds lease, std::size_t max_attempts,
                                                  Deadline deadline) {
  Parameters given_up;
  given_up.add_double(milliseconds_of(lease)).add_bigint(static_cast<std::int64_t>(max_attempts));
  if (const auto done = connection.run(kGiveUp, given_up, deadline); !done) return base::Failure(done.error());
  Parameters parameters;
  parameters.add_text(trainer).add_double(milliseconds_of(lease));
  const auto rows = connection.run(kTake, parameters, deadline);
  // Another trainer took one at this very moment.
  if (!rows && rows.error().code == ErrorCode::kInvalidInput) return std::nullopt;
  if (!rows) return base::Failure(rows.error());
  if (rows->size() == 0) return std::nullopt;
  return run_of(*rows, 0);
}

base::Result<void> report_run(Connection& connection, const base::Uuid& id, std::string_view trainer,
                              const retraining::RunProgress& progress, Deadline deadline) {
  Parameters parameters;
  parameters.add_uuid(id).add_text(trainer).add_text(to_string(progress.state));
  parameters.add_bigint(known(progress.through_ordinal)).add_bigint(known(progress.interactions));
  parameters.add_bigint(known(progress.epoch)).add_bigint(known(progress.epochs));
  parameters.add_double(known(progress.loss)).add_double(known(progress.ndcg));
  parameters.add_double(known(progress.seconds_left)).add_text(progress.version);
  return expect_own(connection.run(kReport, parameters, deadline), id);
}

base::Result<void> release_run(Connection& connection, const base::Uuid& id, std::string_view trainer,
                               Deadline deadline) {
  Parameters parameters;
  parameters.add_uuid(id).add_text(trainer);
  return expect_own(connection.run(kRelease, parameters, deadline), id);
}

base::Result<void> finish_run(Connection& connection, const base::Uuid& id, std::string_view trainer,
                              const retraining::RunOutcome& outcome, Deadline deadline) {
  Parameters parameters;
  parameters.add_uuid(id).add_text(trainer).add_text(to_string(outcome.state)).add_text(outcome.version);
  parameters.add_text(base::to_printable_utf8(outcome.reason));
  return expect_own(connection.run(kFinish, parameters, deadline), id);
}

}  // namespace sasrec::store
