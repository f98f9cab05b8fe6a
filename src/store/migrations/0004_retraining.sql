-- Training runs as trainers work on them: one waits, one is worked on. And who is there: trainers, and workers with the
-- model that they serve.

ALTER TABLE training_runs DROP CONSTRAINT training_runs_state_check;
ALTER TABLE training_runs DROP CONSTRAINT training_runs_check;
UPDATE training_runs SET state = 'promoted' WHERE state = 'done';
ALTER TABLE training_runs ADD CONSTRAINT training_runs_state_check
  CHECK (state IN ('queued', 'loading', 'training', 'evaluating', 'saving', 'promoted', 'rejected', 'failed'));
ALTER TABLE training_runs ADD CONSTRAINT training_runs_finished_check
  CHECK ((state IN ('promoted', 'rejected', 'failed')) = (finished IS NOT NULL));
COMMENT ON COLUMN training_runs.state IS
  'What it is doing; promoted, rejected (by the quality gate) and failed are final.';

-- Whatever trainers and callers do at the same time: one run waits, one is worked on.
CREATE UNIQUE INDEX training_runs_one_queued ON training_runs (state) WHERE state = 'queued';
CREATE UNIQUE INDEX training_runs_one_taken ON training_runs ((true))
  WHERE state IN ('loading', 'training', 'evaluating', 'saving');

-- What is new since a training lies at the table's end: block ranges are enough to find it, and cost writers next to
-- nothing.
CREATE INDEX interactions_arrival ON interactions USING brin (ordinal) WITH (autosummarize = on);

CREATE TABLE presence (
  role text NOT NULL CHECK (role IN ('worker', 'trainer')),
  name text NOT NULL,
  version text,
  since timestamptz NOT NULL,
  seen timestamptz NOT NULL,
  PRIMARY KEY (role, name)
);
COMMENT ON TABLE presence IS 'Processes that said a moment ago that they live; older rows mean nothing.';
COMMENT ON COLUMN presence.role IS 'worker or trainer.';
COMMENT ON COLUMN presence.name IS 'host:process.';
COMMENT ON COLUMN presence.version IS 'The model version that a worker serves; null: none.';
COMMENT ON COLUMN presence.since IS 'Since when it does.';
COMMENT ON COLUMN presence.seen IS 'When it last said so.';
