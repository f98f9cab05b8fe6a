-- Interactions, requests and results, the catalogue, and the keys of the api.

CREATE TABLE items (
  item_id text COLLATE "C" PRIMARY KEY CHECK (octet_length(item_id) BETWEEN 1 AND 256),
  title text NOT NULL,
  categories text[] NOT NULL,
  attributes jsonb NOT NULL CHECK (jsonb_typeof(attributes) = 'object'),
  available boolean NOT NULL,
  -- Not the transaction's time: rows written together would all have the same, and could not be read in pieces.
  updated timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX items_updated ON items (updated, item_id);
COMMENT ON TABLE items IS 'The catalogue: what may be recommended, and how it is shown.';
COMMENT ON COLUMN items.item_id IS 'The outside world''s id, as in interactions.';
COMMENT ON COLUMN items.title IS 'For people; may be empty.';
COMMENT ON COLUMN items.categories IS 'What a request''s filter names.';
COMMENT ON COLUMN items.attributes IS 'Whatever else the owner of the catalogue keeps: a JSON object.';
COMMENT ON COLUMN items.available IS 'False: never recommended.';
COMMENT ON COLUMN items.updated IS 'When the row was written last; caches read what is newer than theirs.';

CREATE TABLE interactions (
  event_id text COLLATE "C" PRIMARY KEY CHECK (octet_length(event_id) BETWEEN 1 AND 256),
  user_id text COLLATE "C" NOT NULL CHECK (octet_length(user_id) BETWEEN 1 AND 256),
  item_id text COLLATE "C" NOT NULL CHECK (octet_length(item_id) BETWEEN 1 AND 256),
  time timestamptz NOT NULL,
  kind text NOT NULL CHECK (octet_length(kind) BETWEEN 1 AND 64),
  recommendation_id uuid,
  received timestamptz NOT NULL DEFAULT now(),
  ordinal bigint GENERATED ALWAYS AS IDENTITY
) WITH (
  -- Reads of a history need no visit to the table where its pages are known to be visible: let that be noted early.
  autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05
);
CREATE INDEX interactions_history ON interactions (user_id, time, ordinal) INCLUDE (item_id);
CREATE INDEX interactions_time ON interactions (time);
COMMENT ON TABLE interactions IS 'What users did. Rows are added, never changed.';
COMMENT ON COLUMN interactions.event_id IS 'Names the event: given again it adds nothing.';
COMMENT ON COLUMN interactions.user_id IS 'Who.';
COMMENT ON COLUMN interactions.item_id IS 'With what; it need not be in items.';
COMMENT ON COLUMN interactions.time IS 'When it happened.';
COMMENT ON COLUMN interactions.kind IS 'view, purchase, ...';
COMMENT ON COLUMN interactions.recommendation_id IS 'The request that led to it, if one did; it need not be in recommendations.';
COMMENT ON COLUMN interactions.received IS 'When it was stored.';
COMMENT ON COLUMN interactions.ordinal IS 'Order of arrival: decides between equal times. Has gaps.';

CREATE TABLE recommendations (
  id uuid PRIMARY KEY,
  user_id text COLLATE "C",
  history text[] COMPRESSION lz4 NOT NULL,
  k integer NOT NULL,
  exclude text[] COMPRESSION lz4 NOT NULL,
  categories text[] NOT NULL,
  seen text NOT NULL CHECK (seen IN ('exclude', 'include')),
  explain boolean NOT NULL,
  fingerprint text NOT NULL,
  traceparent text NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'done', 'failed', 'expired')),
  created timestamptz NOT NULL,
  stored timestamptz NOT NULL,
  deadline timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 1,
  next_attempt timestamptz NOT NULL,
  model text,
  source text,
  items text[] COMPRESSION lz4,
  scores real[],
  unknown_items integer,
  error text,
  finished timestamptz,
  database_ms real,
  bus_ms real,
  queue_ms real,
  inference_ms real,
  CHECK ((status = 'pending') = (finished IS NULL))
) WITH (
  -- Every row is written twice within a second: the second version finds room on its page, and the first is cleared away soon.
  fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 2000
);
CREATE INDEX recommendations_due ON recommendations (next_attempt) WHERE status = 'pending';
CREATE INDEX recommendations_deadline ON recommendations (deadline) WHERE status = 'pending';
CREATE INDEX recommendations_user ON recommendations (user_id) WHERE user_id IS NOT NULL;
COMMENT ON TABLE recommendations IS 'One row per request: its own outbox while pending, its result after. A final row never changes.';
COMMENT ON COLUMN recommendations.user_id IS 'Null: nobody in particular.';
COMMENT ON COLUMN recommendations.history IS 'The items that the answer is computed from, oldest first, as they were when the request came.';
COMMENT ON COLUMN recommendations.k IS 'How many items were asked for.';
COMMENT ON COLUMN recommendations.exclude IS 'Items that must not be returned.';
COMMENT ON COLUMN recommendations.categories IS 'Only items in one of these; empty: all.';
COMMENT ON COLUMN recommendations.seen IS 'Whether items of the history may come back.';
COMMENT ON COLUMN recommendations.explain IS 'Whether an explanation was asked for.';
COMMENT ON COLUMN recommendations.fingerprint IS 'SHA-256 of the content of a request with an Idempotency-Key, else empty.';
COMMENT ON COLUMN recommendations.traceparent IS 'W3C trace context of the HTTP request; empty: none.';
COMMENT ON COLUMN recommendations.status IS 'pending, then one of done, failed, expired for ever.';
COMMENT ON COLUMN recommendations.created IS 'When the api took the request.';
COMMENT ON COLUMN recommendations.stored IS 'When this row was written.';
COMMENT ON COLUMN recommendations.deadline IS 'An answer after this is of no use.';
COMMENT ON COLUMN recommendations.attempts IS 'How often it was published.';
COMMENT ON COLUMN recommendations.next_attempt IS 'When it is published again, unless a result has come.';
COMMENT ON COLUMN recommendations.model IS 'The model version that made the answer; null if none took part.';
COMMENT ON COLUMN recommendations.source IS 'model or popular; null unless done.';
COMMENT ON COLUMN recommendations.items IS 'The answer, best first; null unless done.';
COMMENT ON COLUMN recommendations.scores IS 'One for each of items.';
COMMENT ON COLUMN recommendations.unknown_items IS 'How many of the history the model did not know.';
COMMENT ON COLUMN recommendations.error IS 'Why it failed or expired.';
COMMENT ON COLUMN recommendations.finished IS 'When it became final.';
COMMENT ON COLUMN recommendations.database_ms IS 'Taken by the api to stored.';
COMMENT ON COLUMN recommendations.bus_ms IS 'Stored to taken by a worker.';
COMMENT ON COLUMN recommendations.queue_ms IS 'Taken by a worker to the start of its computation.';
COMMENT ON COLUMN recommendations.inference_ms IS 'Computing.';

CREATE TABLE api_keys (
  name text PRIMARY KEY CHECK (octet_length(name) BETWEEN 1 AND 256),
  hash text NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  rate double precision NOT NULL CHECK (rate >= 0),
  created timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE api_keys IS 'Who may use the api. The keys themselves are kept nowhere.';
COMMENT ON COLUMN api_keys.name IS 'For people, and to remove it by.';
COMMENT ON COLUMN api_keys.hash IS 'SHA-256 of the key, hexadecimal.';
COMMENT ON COLUMN api_keys.scopes IS 'Of read, predict, ingest, admin, metrics.';
COMMENT ON COLUMN api_keys.rate IS 'Requests a second; 0: the server''s default.';
COMMENT ON COLUMN api_keys.created IS 'When it was added.';
