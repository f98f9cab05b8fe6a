#include "store/queries/popular.hpp"

#include <algorithm>
#include <utility>

namespace sasrec::store {
namespace {

using base::Result;
using catalogue::Counting;
using catalogue::PopularRanking;

/// Interactions that a piece is to have: half a second's work.
constexpr std::int64_t kPieceRows = 50'000;
/// Where ordinals are missing a piece spans more of them, but never so many that one piece takes long if none are
/// missing.
constexpr std::int64_t kWidestPiece = 16 * kPieceRows;
/// From this many new rows on it pays to bring the index of arrivals up to date first.
constexpr std::int64_t kBacklog = kPieceRows;

// Without interactions there is nothing to count.
const Statement kRevision{"popular_revision", R"(
SELECT revision, complete OR NOT EXISTS (SELECT FROM interactions) FROM popular_state)"};

const Statement kRanking{"popular", R"(
SELECT item_id, recent FROM popular_items ORDER BY recent DESC, total DESC, item_id LIMIT $1::bigint)"};

const Statement kNewest{"popular_newest", R"(
SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('interactions', 'ordinal')::regclass), 0))"};

// Whoever inserts holds this lock on the table before its rows get their ordinals, and until its transaction has ended.
const Statement kWriters{"popular_writers", R"(
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND relation = 'interactions'::regclass)"};

// The table's lock comes first, as for who truncates it. Without seqscan the index of arrivals is gone through,
// whatever the statistics say.
constexpr const char* kBegin = "BEGIN; SET LOCAL enable_seqscan = off; LOCK TABLE interactions IN ACCESS SHARE MODE";

// Another process that counts has the row.
const Statement kState{"popular_state", R"(
SELECT position, complete, EXISTS (SELECT FROM popular_removed),
       EXISTS (SELECT FROM popular_ahead WHERE time <= now()),
       coalesce(pg_sequence_last_value(pg_get_serial_sequence('interactions', 'ordinal')::regclass), 0)
FROM popular_state FOR UPDATE SKIP LOCKED)"};

// One statement, so one snapshot: an interaction is in the table or among the removed ones. A removed one of a higher
// ordinal than what was counted before is not in the table any more and never was counted.
const Statement kCount{"popular_count", R"(
WITH removed AS (
  DELETE FROM popular_removed RETURNING ordinal, time, item_id
), never AS (
  DELETE FROM popular_ahead a USING removed r WHERE a.ordinal = r.ordinal RETURNING a.ordinal
), due AS (
  DELETE FROM popular_ahead a
  WHERE a.time <= now() AND NOT EXISTS (SELECT FROM removed r WHERE r.ordinal = a.ordinal)
  RETURNING a.time, a.item_id
), arrived AS MATERIALIZED (
  SELECT ordinal, time, item_id FROM interactions WHERE ordinal > $1::bigint AND ordinal <= $2::bigint
), ahead AS (
  INSERT INTO popular_ahead (ordinal, time, item_id)
  SELECT ordinal, time, item_id FROM arrived WHERE time > now()
), changes AS MATERIALIZED (
  SELECT (time AT TIME ZONE 'UTC')::date AS day, item_id, sum(n) AS n
  FROM (SELECT time, item_id, 1 AS n FROM arrived WHERE time <= now()
        UNION ALL SELECT time, item_id, 1 FROM due
        UNION ALL SELECT time, item_id, -1 FROM removed r
                  WHERE r.ordinal <= $1::bigint AND NOT EXISTS (SELECT FROM never n WHERE n.ordinal = r.ordinal)) one
  GROUP BY 1, 2 HAVING sum(n) <> 0
), days AS (
  INSERT INTO popular_days AS d (day, item_id, count) SELECT day, item_id, n FROM changes
  ON CONFLICT (day, item_id) DO UPDATE SET count = d.count + excluded.count
), items AS (
  INSERT INTO popular_items AS i (item_id, recent, total)
  SELECT item_id, coalesce(sum(n) FILTER (WHERE day >= (SELECT window_from FROM popular_state)), 0), sum(n)
  FROM changes GROUP BY item_id
  ON CONFLICT (item_id) DO UPDATE SET recent = i.recent + excluded.recent, total = i.total + excluded.total
)
SELECT (SELECT count(*) FROM arrived), (SELECT count(*) FROM changes), (SELECT count(*) FROM removed))"};

// What deletions have left without any interaction.
const Statement kEmptyDays{"popular_empty_days", "DELETE FROM popular_days WHERE count <= 0"};
const Statement kEmptyItems{"popular_empty_items", "DELETE FROM popular_items WHERE total <= 0"};

// Only the days between the old and the new beginning are looked at: as a rule none, once a day one. Years before the
// first are outside of every window, so that days can be subtracted.
const Statement kMoveWindow{"popular_window", R"(
WITH begins AS MATERIALIZED (
  SELECT s.window_from AS was,
         greatest((SELECT day FROM popular_days ORDER BY day DESC LIMIT 1), date '0001-01-31') - ($1::bigint)::integer + 1
           AS becomes
  FROM popular_state s
), passed AS MATERIALIZED (
  SELECT d.item_id, sum(CASE WHEN b.becomes > b.was THEN -d.count ELSE d.count END) AS n
  FROM begins b, popular_days d
  WHERE d.day >= least(b.was, b.becomes) AND d.day < greatest(b.was, b.becomes)
  GROUP BY d.item_id
), items AS (
  UPDATE popular_items i SET recent = i.recent + p.n FROM passed p WHERE i.item_id = p.item_id
)
UPDATE popular_state s SET window_from = b.becomes FROM begins b WHERE s.window_from <> b.becomes)"};

const Statement kAdvance{"popular_advance", R"(
UPDATE popular_state SET position = $1::bigint, revision = revision + $2::bigint, complete = complete OR $3::bigint > 0)"};

// The table was emptied and its ordinals begin again.
constexpr const char* kStartAgain = R"(
UPDATE popular_state SET position = 0, window_from = DEFAULT, revision = revision + 1;
TRUNCATE popular_days, popular_items, popular_ahead, popular_removed)";

Result<std::int64_t> affected_by(Connection& connection, const Statement& statement, Deadline deadline) {
  const auto rows = connection.run(statement, {}, deadline);
  if (!rows) return base::Failure(rows.error());
  return static_cast<std::int64_t>(rows->affected());
}

/// Counts interactions after `from` up to `to`, and what was removed or has come to its time. Returns how many
/// interactions there were.
Result<std::int64_t> count_piece(Connection& connection, std::int64_t from, std::int64_t to, bool completes,
                                 Deadline deadline) {
  Parameters bounds;
  bounds.add_bigint(from).add_bigint(to);
  const auto counted = connection.run(kCount, bounds, deadline);
  if (!counted) return base::Failure(counted.error());
  std::int64_t changes = counted->bigint(0, 1);
  if (counted->bigint(0, 2) > 0) {
    for (const auto* statement : {&kEmptyDays, &kEmptyItems}) {
      const auto swept = affected_by(connection, *statement, deadline);
      if (!swept) return swept;
      changes += *swept;
    }
  }
  if (changes > 0) {
    Parameters window;
    window.add_bigint(catalogue::kPopularWindow.count());
    if (const auto moved = connection.run(kMoveWindow, window, deadline); !moved) return base::Failure(moved.error());
  }
  Parameters state;
  state.add_bigint(to).add_bigint(changes > 0 ? 1 : 0).add_bigint(completes ? 1 : 0);
  if (const auto advanced = connection.run(kAdvance, state, deadline); !advanced) {
    return base::Failure(advanced.error());
  }
  return counted->bigint(0, 0);
}

}  // namespace

Result<std::optional<PopularRanking>> read_popular(Connection& connection, std::size_t max_count,
                                                   std::optional<std::int64_t> known, Deadline deadline) {
  const auto state = connection.run(kRevision, {}, deadline);
  if (!state) return base::Failure(state.error());
  // Read before the items: they may be newer than it says, and are then read once more.
  PopularRanking ranking{.items = {}, .revision = state->bigint(0, 0), .complete = state->flag(0, 1)};
  if (known == ranking.revision) return std::optional<PopularRanking>();
  Parameters parameters;
  parameters.add_bigint(static_cast<std::int64_t>(max_count));
  const auto rows = connection.run(kRanking, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  ranking.items.resize(rows->size());
  for (std::size_t i = 0; i < ranking.items.size(); ++i) {
    ranking.items[i] = {.item = std::string(rows->text(i, 0)), .score = static_cast<float>(rows->bigint(i, 1))};
  }
  return std::optional(std::move(ranking));
}

Result<Counting> PopularCount::step(Connection& connection, Deadline deadline) {
  const std::scoped_lock lock(mutex_);
  const auto settled = settle(connection, deadline);
  if (!settled) return base::Failure(settled.error());
  if (!*settled) return Counting::kWaiting;
  prepare_backlog(connection, **settled, deadline);
  if (const auto begun = connection.execute(kBegin, deadline); !begun) return base::Failure(begun.error());
  const auto piece = count(connection, **settled, deadline);
  const auto ended = connection.execute(piece ? "COMMIT" : "ROLLBACK", deadline);
  if (!piece) return base::Failure(piece.error());
  if (!ended) return base::Failure(ended.error());
  if (piece->more) return Counting::kMore;
  horizon_.reset();
  return Counting::kIdle;
}

Result<std::optional<std::int64_t>> PopularCount::settle(Connection& connection, Deadline deadline) {
  const bool anew = !horizon_;
  if (anew) {
    const auto newest = connection.run(kNewest, {}, deadline);
    if (!newest) return base::Failure(newest.error());
    horizon_ = Horizon{.ordinal = newest->bigint(0, 0), .writers = {}};
  }
  if (anew || !horizon_->writers.empty()) {
    const auto rows = connection.run(kWriters, {}, deadline);
    if (!rows) {
      if (anew) horizon_.reset();
      return base::Failure(rows.error());
    }
    std::set<std::string, std::less<>> writing;
    for (std::size_t i = 0; i < rows->size(); ++i) {
      if (anew || horizon_->writers.contains(rows->text(i, 0))) writing.emplace(rows->text(i, 0));
    }
    horizon_->writers = std::move(writing);
  }
  if (!horizon_->writers.empty()) return std::optional<std::int64_t>();
  return std::optional(horizon_->ordinal);
}

void PopularCount::prepare_backlog(Connection& connection, std::int64_t through, Deadline deadline) {
  if (through < summarized_) summarized_ = 0;
  if (through - std::max(summarized_, position_) < kBacklog) return;
  summarized_ = through;
  // Ranges of the table that the index doesn't know are read from end to end for each piece. Autovacuum adds them, but
  // not at once. Where it can't be done now, or isn't allowed, counting takes longer and is right all the same.
  static_cast<void>(connection.execute(
      "SET lock_timeout = '2s'; SELECT brin_summarize_new_values('interactions_arrival'::regclass)", deadline));
  static_cast<void>(connection.execute("RESET lock_timeout", deadline));
}

Result<PopularCount::Piece> PopularCount::count(Connection& connection, std::int64_t through, Deadline deadline) {
  const auto state = connection.run(kState, {}, deadline);
  if (!state) return base::Failure(state.error());
  if (state->size() == 0) return Piece{};  // another process counts
  auto position = state->bigint(0, 0);
  const bool complete = state->flag(0, 1);
  const bool removed = state->flag(0, 2);
  const bool due = state->flag(0, 3);
  if (state->bigint(0, 4) < position) {
    if (const auto emptied = connection.execute(kStartAgain, deadline); !emptied) return base::Failure(emptied.error());
    position = 0;
    through = std::min(through, state->bigint(0, 4));
  }
  if (together_ == 0) together_ = kPieceRows;
  const auto to = std::max(position, std::min(through, position + together_));
  const bool more = to < through;
  position_ = to;
  if (to == position && !removed && !due && complete) return Piece{};
  const auto rows = count_piece(connection, position, to, !more, deadline);
  if (!rows) return base::Failure(rows.error());
  if (*rows < kPieceRows / 4) together_ = std::min(2 * together_, kWidestPiece);
  if (*rows > kPieceRows) together_ = kPieceRows;
  return Piece{.rows = *rows, .more = more};
}

}  // namespace sasrec::store
