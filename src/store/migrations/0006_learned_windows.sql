-- What the monitor learned of a version whose reference.json does not say it: it outlives a restart of the monitor.

CREATE TABLE learned_windows (
  version text COLLATE "C" NOT NULL,
  feature text NOT NULL,
  windows jsonb NOT NULL CHECK (jsonb_typeof(windows) = 'object'),
  until timestamptz NOT NULL,
  PRIMARY KEY (version, feature)
);
COMMENT ON TABLE learned_windows IS 'The first windows of a feature that the monitor saw while a version served: what later ones are held against.';
COMMENT ON COLUMN learned_windows.version IS 'The version''s name; it need not be in models.';
COMMENT ON COLUMN learned_windows.feature IS 'One of those that docs/monitoring.md lists.';
COMMENT ON COLUMN learned_windows.windows IS 'Histograms, as reference.json''s "drift" has them.';
COMMENT ON COLUMN learned_windows.until IS 'The end of the newest of them.';
