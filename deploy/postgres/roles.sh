#!/bin/bash
# Run once, in a new cluster: the service's database and its owner, and the roles of the analytics, which get their rights from
# analytics/roles.sql.
set -euo pipefail

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set sasrec="$(</run/secrets/sasrec_password)" --set dbt="$(</run/secrets/dbt_password)" \
  --set reader="$(</run/secrets/reader_password)" <<'SQL'
CREATE ROLE sasrec LOGIN PASSWORD :'sasrec';
CREATE DATABASE sasrec OWNER sasrec;
CREATE ROLE sasrec_dbt LOGIN PASSWORD :'dbt';
CREATE ROLE sasrec_reader LOGIN PASSWORD :'reader';
SQL
