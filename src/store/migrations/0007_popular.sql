-- How often each item was chosen, counted as interactions arrive: what is popular is read from here, however long the log is.
-- One process at a time counts (src/store/popular_queries.cpp), in the order of arrival, and goes on from where the last one
-- stopped. Nothing is counted here: a database that has interactions is counted in pieces by the service.

CREATE TABLE popular_days (
  day date NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (day, item_id)
);
CREATE INDEX popular_days_empty ON popular_days (day) WHERE count <= 0;
COMMENT ON TABLE popular_days IS 'Interactions by day and item.';
COMMENT ON COLUMN popular_days.day IS 'UTC day of the interactions'' time.';
COMMENT ON COLUMN popular_days.item_id IS 'As in interactions.';
COMMENT ON COLUMN popular_days.count IS 'How many there are.';

CREATE TABLE popular_items (
  item_id text COLLATE "C" PRIMARY KEY,
  recent bigint NOT NULL,
  total bigint NOT NULL
) WITH (
  -- Popular items change at every count, and each change leaves an old entry in the index that ranks them.
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000
);
CREATE INDEX popular_items_rank ON popular_items (recent DESC, total DESC, item_id);
CREATE INDEX popular_items_empty ON popular_items (item_id) WHERE total <= 0;
COMMENT ON TABLE popular_items IS 'Interactions by item, ranked: what is popular.';
COMMENT ON COLUMN popular_items.item_id IS 'As in interactions.';
COMMENT ON COLUMN popular_items.recent IS 'Interactions since popular_state.window_from.';
COMMENT ON COLUMN popular_items.total IS 'All interactions.';

CREATE TABLE popular_ahead (
  ordinal bigint PRIMARY KEY,
  time timestamptz NOT NULL,
  item_id text COLLATE "C" NOT NULL
);
CREATE INDEX popular_ahead_time ON popular_ahead (time);
COMMENT ON TABLE popular_ahead IS 'Interactions whose time has not come yet: they are counted when it has.';
COMMENT ON COLUMN popular_ahead.ordinal IS 'As in interactions.';
COMMENT ON COLUMN popular_ahead.time IS 'When the interaction happens.';
COMMENT ON COLUMN popular_ahead.item_id IS 'As in interactions.';

CREATE TABLE popular_removed (
  ordinal bigint NOT NULL,
  time timestamptz NOT NULL,
  item_id text COLLATE "C" NOT NULL
);
COMMENT ON TABLE popular_removed IS 'Interactions that were deleted, until the counts say so. Whose they were is not kept.';
COMMENT ON COLUMN popular_removed.ordinal IS 'As it was in interactions.';
COMMENT ON COLUMN popular_removed.time IS 'As it was in interactions.';
COMMENT ON COLUMN popular_removed.item_id IS 'As it was in interactions.';

CREATE TABLE popular_state (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  position bigint NOT NULL DEFAULT 0,
  complete boolean NOT NULL DEFAULT false,
  window_from date NOT NULL DEFAULT '0001-01-02',
  revision bigint NOT NULL DEFAULT 0
);
INSERT INTO popular_state DEFAULT VALUES;
COMMENT ON TABLE popular_state IS 'How far the counting is: one row.';
COMMENT ON COLUMN popular_state.one IS 'Always true.';
COMMENT ON COLUMN popular_state.position IS 'Interactions up to this ordinal are counted, or wait in popular_ahead.';
COMMENT ON COLUMN popular_state.complete IS 'Whether the counting has been up to date once.';
COMMENT ON COLUMN popular_state.window_from IS 'The first of the 30 days that end with the newest counted one.';
COMMENT ON COLUMN popular_state.revision IS 'Grows whenever the counts change: readers read again only then.';

-- Deletions are noted here, whoever deletes; adding an interaction costs nothing more.
CREATE FUNCTION popular_note_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO popular_removed (ordinal, time, item_id) SELECT ordinal, time, item_id FROM gone;
  RETURN NULL;
END $$;
CREATE TRIGGER popular_removed AFTER DELETE ON interactions REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION popular_note_removed();

CREATE FUNCTION popular_note_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE popular_state SET window_from = DEFAULT, revision = revision + 1;
  TRUNCATE popular_days, popular_items, popular_ahead, popular_removed;
  RETURN NULL;
END $$;
CREATE TRIGGER popular_truncated AFTER TRUNCATE ON interactions
  FOR EACH STATEMENT EXECUTE FUNCTION popular_note_truncated();
