#!/bin/bash
# PostgreSQL with TLS, and without it only on its socket. Its key has to be a file that nobody else can read.
set -euo pipefail

key=/var/run/postgresql/server.pem
install -m 600 /run/secrets/postgres_tls "$key"
exec docker-entrypoint.sh "$@" -c ssl=on -c ssl_cert_file="$key" -c ssl_key_file="$key" -c ssl_min_protocol_version=TLSv1.2 \
  -c hba_file=/etc/sasrec/postgres/pg_hba.tls.conf
