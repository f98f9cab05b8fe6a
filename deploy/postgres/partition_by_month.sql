-- Divides `recommendations` by month, and makes the partitions of the three months that come. By psql, as the owner of the tables; again
-- each month. docs/running.md says what for, and what the first time costs.
--
-- A request's id begins with its time (UUID version 7: 48 bits of Unix milliseconds), so months are ranges of ids. Ids that were made from
-- an Idempotency-Key are spread over all there are: nearly all of them lie in recommendations_rest.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL lock_timeout = '10s';

CREATE FUNCTION pg_temp.id_from(moment timestamptz) RETURNS uuid LANGUAGE sql AS
  $$ SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;

DO $$
DECLARE
  old_index regclass;
  month timestamptz;
  name text;
BEGIN
  IF (SELECT relkind FROM pg_class WHERE oid = 'recommendations'::regclass) <> 'p' THEN
    -- What is there becomes the partition of all that no month takes; nothing is copied.
    LOCK TABLE recommendations IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE recommendations RENAME TO recommendations_rest;
    FOR old_index IN SELECT indexrelid FROM pg_index WHERE indrelid = 'recommendations_rest'::regclass LOOP
      SELECT relname INTO name FROM pg_class WHERE oid = old_index;
      EXECUTE format('ALTER INDEX %s RENAME TO %I', old_index, replace(name, 'recommendations', 'recommendations_rest'));
    END LOOP;
    CREATE TABLE recommendations (LIKE recommendations_rest INCLUDING ALL) PARTITION BY RANGE (id);
    FOR name IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
                WHERE table_schema = current_schema() AND table_name = 'recommendations_rest' AND privilege_type = 'SELECT' AND grantee <> current_user LOOP
      EXECUTE format('GRANT SELECT ON recommendations TO %I', name);
    END LOOP;
    ALTER TABLE recommendations ATTACH PARTITION recommendations_rest DEFAULT;
  END IF;

  FOR month IN SELECT date_trunc('month', now(), 'UTC') + make_interval(months => ahead) FROM generate_series(1, 3) AS ahead LOOP
    name := 'recommendations_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    EXECUTE format(
      'CREATE TABLE %I (LIKE recommendations INCLUDING ALL)
         WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000,
               autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 2000)', name);
    EXECUTE format(
      'WITH moved AS (DELETE FROM recommendations_rest WHERE id >= %2$L AND id < %3$L RETURNING *) INSERT INTO %1$I SELECT * FROM moved',
      name, pg_temp.id_from(month), pg_temp.id_from(month + interval '1 month'));
    EXECUTE format('ALTER TABLE recommendations ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, pg_temp.id_from(month), pg_temp.id_from(month + interval '1 month'));
  END LOOP;
END $$;
COMMIT;
