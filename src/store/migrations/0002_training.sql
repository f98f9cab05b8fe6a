-- What trainers do, and the model versions that came of it.

CREATE TABLE training_runs (
  id uuid PRIMARY KEY,
  state text NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'loading', 'training', 'evaluating', 'saving', 'done', 'rejected', 'failed')),
  reason text NOT NULL,
  settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
  created timestamptz NOT NULL DEFAULT now(),
  trainer text,
  attempts integer NOT NULL DEFAULT 0,
  heartbeat timestamptz,
  started timestamptz,
  finished timestamptz,
  through_ordinal bigint,
  interactions bigint,
  epoch integer,
  epochs integer,
  loss double precision,
  ndcg double precision,
  seconds_left double precision,
  model text,
  error text,
  CHECK ((state IN ('done', 'rejected', 'failed')) = (finished IS NOT NULL))
);
CREATE INDEX training_runs_open ON training_runs (created) WHERE finished IS NULL;
CREATE INDEX training_runs_created ON training_runs (created);
COMMENT ON TABLE training_runs IS 'One row per training: asked for, taken by one trainer, with its live progress, then with its outcome.';
COMMENT ON COLUMN training_runs.state IS 'What it is doing; done, rejected (by the quality gate) and failed are final.';
COMMENT ON COLUMN training_runs.reason IS 'Why it was asked for: interval, interactions, request.';
COMMENT ON COLUMN training_runs.settings IS 'What differs from the default recipe.';
COMMENT ON COLUMN training_runs.created IS 'When it was asked for.';
COMMENT ON COLUMN training_runs.trainer IS 'Which process has it.';
COMMENT ON COLUMN training_runs.attempts IS 'How often a trainer has taken it.';
COMMENT ON COLUMN training_runs.heartbeat IS 'When its trainer last said that it lives; one that is silent for long loses the run.';
COMMENT ON COLUMN training_runs.started IS 'When a trainer first took it.';
COMMENT ON COLUMN training_runs.finished IS 'When it became final.';
COMMENT ON COLUMN training_runs.through_ordinal IS 'The newest interactions.ordinal that it has read.';
COMMENT ON COLUMN training_runs.interactions IS 'How many interactions it has read.';
COMMENT ON COLUMN training_runs.epoch IS 'Epochs that are done.';
COMMENT ON COLUMN training_runs.epochs IS 'Epochs at most.';
COMMENT ON COLUMN training_runs.loss IS 'Of the last epoch.';
COMMENT ON COLUMN training_runs.ndcg IS 'NDCG@10 on the validation events, best so far.';
COMMENT ON COLUMN training_runs.seconds_left IS 'Estimate.';
COMMENT ON COLUMN training_runs.model IS 'The version it has saved.';
COMMENT ON COLUMN training_runs.error IS 'Why it failed or was rejected.';

CREATE TABLE models (
  version text COLLATE "C" PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('candidate', 'active', 'retired', 'rejected', 'quarantined')),
  manifest_sha256 text NOT NULL,
  metrics jsonb NOT NULL CHECK (jsonb_typeof(metrics) = 'object'),
  reason text,
  training_run uuid REFERENCES training_runs ON DELETE SET NULL,
  created timestamptz NOT NULL,
  activated timestamptz,
  retired timestamptz
);
CREATE UNIQUE INDEX models_one_active ON models (state) WHERE state = 'active';
CREATE INDEX models_training_run ON models (training_run);
COMMENT ON TABLE models IS 'Model versions; their files lie in the checkpoints folder.';
COMMENT ON COLUMN models.version IS 'The name of the version''s folder; sorts by age.';
COMMENT ON COLUMN models.state IS 'candidate, then active or rejected; an active one that is replaced is retired, one whose files are bad quarantined.';
COMMENT ON COLUMN models.manifest_sha256 IS 'SHA-256 of its manifest.json.';
COMMENT ON COLUMN models.metrics IS 'Its metrics.json.';
COMMENT ON COLUMN models.reason IS 'Why it was rejected or quarantined.';
COMMENT ON COLUMN models.training_run IS 'The run that made it; null if it came otherwise.';
COMMENT ON COLUMN models.created IS 'When it was saved.';
COMMENT ON COLUMN models.activated IS 'When it last became the active one.';
COMMENT ON COLUMN models.retired IS 'When it last ceased to be.';
