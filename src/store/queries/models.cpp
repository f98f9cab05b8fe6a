#include "store/queries/models.hpp"

#include <array>
#include <string>

#include "base/encoding.hpp"

namespace sasrec::store {
namespace {

using versions::ModelRecord;
using versions::Presence;

// First, since only one row may be active at a time.
const Statement kRetire{"retire_models", R"(
UPDATE models SET state = 'retired', retired = now()
WHERE state = 'active' AND NOT (version = ANY ($1::text[])))"};

// A version that was active before and is whole is retired; one that never was, a candidate.
const Statement kMirror{"mirror_models", R"(
INSERT INTO models AS m (version, state, manifest_sha256, metrics, reason, created, activated, training_run)
SELECT version, CASE state WHEN 'ready' THEN 'candidate' ELSE state END, manifest, metrics::jsonb, reason, created,
  CASE state WHEN 'active' THEN now() END,
  (SELECT id FROM training_runs WHERE model = version ORDER BY created DESC LIMIT 1)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
  AS given (version, state, manifest, metrics, reason, created)
ON CONFLICT (version) DO UPDATE SET
  state = CASE WHEN excluded.state = 'candidate' AND m.activated IS NOT NULL THEN 'retired' ELSE excluded.state END,
  manifest_sha256 = excluded.manifest_sha256, metrics = excluded.metrics, reason = excluded.reason,
  activated = CASE WHEN excluded.state = 'active' AND m.state <> 'active' THEN now() ELSE m.activated END,
  training_run = coalesce(m.training_run, excluded.training_run))"};

const Statement kSayPresent{"say_present", R"(
INSERT INTO presence (role, name, version, since, seen)
VALUES ($1::text, $2::text, nullif($3::text, ''), $4::timestamptz, now())
ON CONFLICT (role, name) DO UPDATE SET version = excluded.version, since = excluded.since, seen = now())"};

const Statement kForget{"forget_presence", "DELETE FROM presence WHERE seen < now() - interval '1 hour'"};

const Statement kWithdraw{"withdraw", "DELETE FROM presence WHERE role = $1::text AND name = $2::text"};

const Statement kPresent{"present", R"(
SELECT name, version, since FROM presence
WHERE role = $1::text AND seen >= now() - $2::double precision * interval '1 ms' ORDER BY name)"};

std::string_view name_of(Presence::Role role) {
  constexpr std::array<std::string_view, 2> kNames{"worker", "trainer"};
  return kNames[static_cast<std::size_t>(role)];
}

}  // namespace

base::Result<void> mirror_models(Connection& connection, std::span<const ModelRecord> models, Deadline deadline) {
  Array active(Array::Of::kText);
  Array versions(Array::Of::kText);
  Array states(Array::Of::kText);
  Array manifests(Array::Of::kText);
  Array metrics(Array::Of::kText);
  Array reasons(Array::Of::kText);
  Array created(Array::Of::kTime);
  for (const auto& model : models) {
    if (model.state == "active") active.add_text(model.version);
    versions.add_text(model.version);
    states.add_text(model.state);
    manifests.add_text(model.manifest);
    metrics.add_text(model.metrics);
    reasons.add_text_or_null(base::to_printable_utf8(model.reason));
    created.add_time(model.created);
  }
  std::vector<Query> queries(2);
  queries[0].statement = &kRetire;
  queries[0].parameters.add(std::move(active));
  queries[1].statement = &kMirror;
  queries[1].parameters.add(std::move(versions)).add(std::move(states)).add(std::move(manifests));
  queries[1].parameters.add(std::move(metrics)).add(std::move(reasons)).add(std::move(created));
  const auto done = connection.run_together(queries, deadline);
  if (!done) return base::Failure(done.error());
  return {};
}

base::Result<void> say_present(Connection& connection, const Presence& presence, Deadline deadline) {
  std::vector<Query> queries(2);
  queries[0].statement = &kSayPresent;
  queries[0].parameters.add_text(name_of(presence.role)).add_text(presence.name).add_text(presence.version);
  queries[0].parameters.add_time(presence.since);
  queries[1].statement = &kForget;
  const auto done = connection.run_together(queries, deadline);
  if (!done) return base::Failure(done.error());
  return {};
}

base::Result<void> withdraw(Connection& connection, Presence::Role role, std::string_view name, Deadline deadline) {
  Parameters parameters;
  parameters.add_text(name_of(role)).add_text(name);
  const auto done = connection.run(kWithdraw, parameters, deadline);
  if (!done) return base::Failure(done.error());
  return {};
}

base::Result<std::vector<Presence>> read_present(Connection& connection, Presence::Role role,
                                                 std::chrono::milliseconds age, Deadline deadline) {
  Parameters parameters;
  parameters.add_text(name_of(role)).add_double(static_cast<double>(age.count()));
  const auto rows = connection.run(kPresent, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  std::vector<Presence> present;
  present.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row) {
    present.push_back({.role = role,
                       .name = std::string(rows->text(row, 0)),
                       .version = std::string(rows->text(row, 1)),
                       .since = rows->time(row, 2)});
  }
  return present;
}

}  // namespace sasrec::store
