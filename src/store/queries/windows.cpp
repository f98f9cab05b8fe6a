#include "store/queries/windows.hpp"

#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace sasrec::store {
namespace {

using base::Result;
using monitoring::Answer;
using monitoring::Counted;
using monitoring::LearnedWindows;
using monitoring::OnlineQuality;
using monitoring::Period;

constexpr std::chrono::seconds kPatience{30};

const Statement kItems{"window_items", R"(
SELECT item_id, count(*) FROM (
  SELECT item_id FROM interactions WHERE time >= $1::timestamptz AND time < $2::timestamptz LIMIT 200000
) w GROUP BY item_id)"};

const Statement kKinds{"window_kinds", R"(
SELECT kind, count(*) FROM (
  SELECT kind FROM interactions WHERE time >= $1::timestamptz AND time < $2::timestamptz LIMIT 200000
) w GROUP BY kind)"};

const Statement kAnswers{"window_answers", R"(
SELECT cardinality(history), source = 'model', coalesce(scores[1], 0)::real,
       coalesce(scores[1] - scores[2], 0)::real
FROM recommendations
WHERE created >= $1::timestamptz AND created < $2::timestamptz AND status = 'done' LIMIT 20000)"};

const Statement kRecommended{"window_recommended", R"(
SELECT item, count(*) FROM (
  SELECT items[1:10] AS items FROM recommendations
  WHERE created >= $1::timestamptz AND created < $2::timestamptz AND status = 'done' AND source = 'model' LIMIT 20000
) w, unnest(w.items) item GROUP BY item)"};

const Statement kUsers{"window_users", R"(
SELECT number::text, count(*) FROM (
  SELECT count(*) AS number FROM (
    SELECT user_id FROM interactions WHERE time >= $1::timestamptz AND time < $2::timestamptz LIMIT 200000
  ) w GROUP BY user_id
) users GROUP BY number)"};

const Statement kHours{"window_hours", R"(
SELECT (extract(hour FROM time AT TIME ZONE 'UTC')::integer)::text, count(*) FROM (
  SELECT time FROM interactions WHERE time >= $1::timestamptz AND time < $2::timestamptz LIMIT 200000
) w GROUP BY 1)"};

// What follows an answer is one step in the index of histories. An interaction that follows several answers counts for
// the newest of them.
const Statement kQuality{"window_quality", R"(
WITH popular AS (
  SELECT item_id, row_number() OVER (ORDER BY count(*) DESC, item_id) AS place FROM interactions
  WHERE time >= $1::timestamptz - interval '30 days' AND time < $1::timestamptz
  GROUP BY item_id ORDER BY count(*) DESC, item_id LIMIT 500
), answers AS MATERIALIZED (
  SELECT id, user_id, created, model, items, history FROM recommendations
  WHERE created >= $1::timestamptz AND created < $2::timestamptz AND status = 'done' AND source = 'model'
    AND user_id IS NOT NULL LIMIT 20000
), followed AS (
  SELECT a.*, next.item_id, next.ordinal,
         EXISTS (SELECT 1 FROM interactions c
                 WHERE c.user_id = a.user_id AND c.time >= a.created
                   AND c.time < a.created + $3::double precision * interval '1 second'
                   AND c.recommendation_id = a.id AND c.item_id = ANY (a.items)) AS clicked
  FROM answers a LEFT JOIN LATERAL (
    SELECT i.item_id, i.ordinal FROM interactions i
    WHERE i.user_id = a.user_id AND i.time >= a.created
      AND i.time < a.created + $3::double precision * interval '1 second'
    ORDER BY i.time, i.ordinal LIMIT 1) next ON true
), events AS (
  SELECT DISTINCT ON (user_id, ordinal) model, items, history, item_id FROM followed WHERE ordinal IS NOT NULL
  ORDER BY user_id, ordinal, created DESC
), ranked AS (
  SELECT e.model, array_position(e.items, e.item_id) AS rank,
         CASE WHEN NOT e.item_id = ANY (e.history) THEN
           p.place - (SELECT count(*) FROM popular q WHERE q.place < p.place AND q.item_id = ANY (e.history))
         END AS popular_rank
  FROM events e LEFT JOIN popular p ON p.item_id = e.item_id
), of_events AS (
  SELECT model, count(*) AS events,
         count(*) FILTER (WHERE rank <= 1) AS hits_1, count(*) FILTER (WHERE rank <= 5) AS hits_5,
         count(*) FILTER (WHERE rank <= 10) AS hits_10,
         coalesce(sum(1.0::double precision / rank) FILTER (WHERE rank <= 10), 0) AS ranks,
         count(*) FILTER (WHERE popular_rank <= 1) AS popular_1, count(*) FILTER (WHERE popular_rank <= 5) AS popular_5,
         count(*) FILTER (WHERE popular_rank <= 10) AS popular_10,
         coalesce(sum(1.0::double precision / popular_rank) FILTER (WHERE popular_rank <= 10), 0) AS popular_ranks
  FROM ranked GROUP BY model
), of_answers AS (
  SELECT model, count(*) AS answers, count(ordinal) AS labelled, count(*) FILTER (WHERE clicked) AS clicked
  FROM followed GROUP BY model
)
SELECT a.model, a.answers, a.labelled, a.clicked, coalesce(e.events, 0), coalesce(e.hits_1, 0), coalesce(e.hits_5, 0),
       coalesce(e.hits_10, 0), coalesce(e.ranks, 0), coalesce(e.popular_1, 0), coalesce(e.popular_5, 0),
       coalesce(e.popular_10, 0), coalesce(e.popular_ranks, 0)
FROM of_answers a LEFT JOIN of_events e ON e.model = a.model)"};

const Statement kLearned{"learned_windows", R"(
SELECT windows::text, until FROM learned_windows WHERE version = $1::text ORDER BY feature)"};

const Statement kKeepLearned{"keep_learned_windows", R"(
INSERT INTO learned_windows (version, feature, windows, until) VALUES ($1::text, $2::text, $3::text::jsonb, $4::timestamptz)
ON CONFLICT (version, feature) DO UPDATE SET windows = excluded.windows, until = excluded.until)"};

const Statement kForgetLearned{"forget_learned_windows", R"(
DELETE FROM learned_windows WHERE version <> $1::text AND until < now() - interval '90 days')"};

std::uint64_t count(const Rows& rows, std::size_t row, int column) {
  return static_cast<std::uint64_t>(rows.bigint(row, column));
}

Parameters parameters_of(Period period) {
  Parameters parameters;
  parameters.add_time(period.begin).add_time(period.end);
  return parameters;
}

OnlineQuality::Ranker ranker(const Rows& rows, std::size_t row, int column) {
  return {.hits_1 = count(rows, row, column),
          .hits_5 = count(rows, row, column + 1),
          .hits_10 = count(rows, row, column + 2),
          .reciprocal_ranks = rows.number(row, column + 3)};
}

}  // namespace

PostgresWindows::PostgresWindows(std::string url)
    : pool_({.url = std::move(url),
             .application = "sasrec monitor",
             .statement_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience),
             .planning = Planning::kFromData},
            1) {}

Result<std::vector<Counted>> PostgresWindows::counts(const Statement& statement, Period period) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  return pool_.with(deadline, [&](Connection& connection) -> Result<std::vector<Counted>> {
    const auto rows = connection.run(statement, parameters_of(period), deadline);
    if (!rows) return base::Failure(rows.error());
    std::vector<Counted> counted(rows->size());
    for (std::size_t i = 0; i < counted.size(); ++i) {
      counted[i] = {.what = std::string(rows->text(i, 0)), .count = count(*rows, i, 1)};
    }
    return counted;
  });
}

Result<std::vector<Counted>> PostgresWindows::items(Period period) {
  return counts(kItems, period);
}

Result<std::vector<Counted>> PostgresWindows::kinds(Period period) {
  return counts(kKinds, period);
}

Result<std::vector<Counted>> PostgresWindows::recommended(Period period) {
  return counts(kRecommended, period);
}

Result<std::vector<Counted>> PostgresWindows::users_by_interactions(Period period) {
  return counts(kUsers, period);
}

Result<std::vector<Counted>> PostgresWindows::hours(Period period) {
  return counts(kHours, period);
}

Result<std::vector<LearnedWindows>> PostgresWindows::learned(const std::string& version) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  return pool_.with(deadline, [&](Connection& connection) -> Result<std::vector<LearnedWindows>> {
    Parameters parameters;
    parameters.add_text(version);
    const auto rows = connection.run(kLearned, parameters, deadline);
    if (!rows) return base::Failure(rows.error());
    std::vector<LearnedWindows> learned;
    for (std::size_t i = 0; i < rows->size(); ++i) {
      boost::json::error_code error;
      const auto stored = boost::json::parse(rows->text(i, 0), error);
      for (auto& windows : monitoring::read_windows(stored)) {
        learned.push_back({.reference = std::move(windows), .until = rows->time(i, 1)});
      }
    }
    return learned;
  });
}

Result<void> PostgresWindows::keep_learned(const std::string& version, const LearnedWindows& learned) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  return pool_.with(deadline, [&](Connection& connection) -> Result<void> {
    std::vector<Query> queries(2);
    queries[0].statement = &kKeepLearned;
    queries[0].parameters.add_text(version).add_text(name(learned.reference.feature));
    queries[0].parameters.add_text(boost::json::serialize(monitoring::to_json({&learned.reference, 1})));
    queries[0].parameters.add_time(learned.until);
    queries[1].statement = &kForgetLearned;
    queries[1].parameters.add_text(version);
    const auto done = connection.run_together(queries, deadline);
    if (!done) return base::Failure(done.error());
    return {};
  });
}

Result<std::vector<Answer>> PostgresWindows::answers(Period period) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  return pool_.with(deadline, [&](Connection& connection) -> Result<std::vector<Answer>> {
    const auto rows = connection.run(kAnswers, parameters_of(period), deadline);
    if (!rows) return base::Failure(rows.error());
    std::vector<Answer> answers(rows->size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      answers[i] = {.history_length = static_cast<std::uint32_t>(rows->integer(i, 0)),
                    .by_model = rows->flag(i, 1),
                    .top_score = rows->real(i, 2),
                    .score_gap = rows->real(i, 3)};
    }
    return answers;
  });
}

Result<std::vector<OnlineQuality>> PostgresWindows::quality(Period period, std::chrono::seconds horizon) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  return pool_.with(deadline, [&](Connection& connection) -> Result<std::vector<OnlineQuality>> {
    auto parameters = parameters_of(period);
    parameters.add_double(static_cast<double>(horizon.count()));
    const auto rows = connection.run(kQuality, parameters, deadline);
    if (!rows) return base::Failure(rows.error());
    std::vector<OnlineQuality> qualities(rows->size());
    for (std::size_t i = 0; i < qualities.size(); ++i) {
      qualities[i] = {.version = std::string(rows->text(i, 0)),
                      .answers = count(*rows, i, 1),
                      .labelled = count(*rows, i, 2),
                      .clicked = count(*rows, i, 3),
                      .events = count(*rows, i, 4),
                      .model = ranker(*rows, i, 5),
                      .popular = ranker(*rows, i, 9)};
    }
    return qualities;
  });
}

}  // namespace sasrec::store
