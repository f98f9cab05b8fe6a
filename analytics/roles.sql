-- The two roles of the analytics, for psql or `python -m sasrec_analytics roles`. Run it as a superuser, or as
-- the owner of the service's tables if that role may create roles, once the service has migrated its database; again after each upgrade. Neither role has a password here: ALTER ROLE gives one.
--
--   sasrec_dbt      reads what the marts are made of; writes in the schema "analytics", which is its own
--   sasrec_reader   for Grafana: reads the marts, which name no user (dbt grants them), and the tables of models and items

BEGIN;
-- Roles belong to the whole server: another database's run of this may be under way.
SELECT pg_advisory_xact_lock(hashtext('sasrec_analytics roles'));

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sasrec_dbt') THEN
    CREATE ROLE sasrec_dbt LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sasrec_reader') THEN
    CREATE ROLE sasrec_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
END $$;

-- The service comes first: no second process for a statement, and none that never ends.
ALTER ROLE sasrec_dbt SET max_parallel_workers_per_gather = 0;
ALTER ROLE sasrec_dbt SET work_mem = '64MB';
ALTER ROLE sasrec_dbt SET jit = off;
ALTER ROLE sasrec_dbt SET statement_timeout = '30min';
ALTER ROLE sasrec_dbt SET lock_timeout = '1min';
ALTER ROLE sasrec_dbt SET idle_in_transaction_session_timeout = '5min';
ALTER ROLE sasrec_reader SET default_transaction_read_only = on;
ALTER ROLE sasrec_reader SET statement_timeout = '30s';
ALTER ROLE sasrec_reader CONNECTION LIMIT 10;

-- Before PostgreSQL 15 everybody may create there.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS analytics;
GRANT USAGE ON SCHEMA public TO sasrec_dbt, sasrec_reader;
GRANT USAGE, CREATE ON SCHEMA analytics TO sasrec_dbt;
GRANT USAGE ON SCHEMA analytics TO sasrec_reader;
GRANT SELECT ON interactions, recommendations TO sasrec_dbt;
GRANT SELECT ON items, models, training_runs TO sasrec_reader;
CREATE TABLE IF NOT EXISTS analytics.dead_letter_counts (
  instance text NOT NULL,
  topic text NOT NULL,
  read_at timestamptz NOT NULL DEFAULT now(),
  value bigint NOT NULL CHECK (value >= 0),
  PRIMARY KEY (instance, topic, read_at)
);
COMMENT ON TABLE analytics.dead_letter_counts IS 'The service''s counters of dead letters, as read before each build.';
GRANT SELECT, INSERT ON analytics.dead_letter_counts TO sasrec_dbt;
COMMENT ON SCHEMA analytics IS 'Made by dbt: marts (dm_) and what they are made from.';
COMMIT;
