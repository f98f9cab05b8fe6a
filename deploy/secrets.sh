#!/bin/sh
# deploy/secrets.sh [--tls]: makes the passwords and keys that compose.yaml names, in deploy/secrets. What is there stays.
#   --tls   an authority and certificates too, for compose.tls.yaml; needs openssl
#   SECRETS=FOLDER  another place
set -eu

folder=${SECRETS:-$(cd "$(dirname "$0")" && pwd)/secrets}
[ $# -eq 0 ] || [ "$*" = --tls ] || { echo "usage: $0 [--tls]" >&2; exit 2; }
mkdir -p "$folder"
# Only its owner gets at the files; each container sees its own ones, whatever account it runs as.
chmod 700 "$folder"
umask 022

random() { od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# secret NAME VALUE: unless it is there.
secret() {
  [ -s "$folder/$1" ] && return
  printf '%s\n' "$2" >"$folder/$1.new"
  chmod 444 "$folder/$1.new"
  mv -f "$folder/$1.new" "$folder/$1"
}
value() { cat "$folder/$1"; }

for name in postgres_password sasrec_password dbt_password reader_password grafana_password kafka_password; do
  secret "$name" "$(random 24)"
done
secret admin_key "sasrec_$(random 32)"
secret metrics_key "sasrec_$(random 32)"
secret database_url "postgres://sasrec:$(value sasrec_password)@postgres:5432/sasrec"
secret analytics_url "postgres://sasrec_dbt:$(value dbt_password)@postgres:5432/sasrec"
secret administrator_url "postgres://postgres:$(value postgres_password)@postgres:5432/sasrec"

# server_certificate SERVICE: its key and certificate in one file, signed by the authority, for the name of the service.
server_certificate() {
  [ -s "$folder/$1_tls" ] && return
  draft=$(mktemp -d)
  printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$1" >"$draft/extensions"
  openssl req -new -newkey rsa:3072 -nodes -subj "/CN=$1" -keyout "$draft/key" -out "$draft/request" 2>/dev/null
  openssl x509 -req -in "$draft/request" -CA "$folder/tls_authority" -CAkey "$folder/tls_authority_key" -CAcreateserial \
    -CAserial "$draft/serial" -days 825 -extfile "$draft/extensions" -out "$draft/certificate" 2>/dev/null
  secret "$1_tls" "$(cat "$draft/key" "$draft/certificate")"
  rm -rf "$draft"
}

if [ "${1:-}" = --tls ]; then
  command -v openssl >/dev/null || { echo "secrets: --tls needs openssl" >&2; exit 1; }
  if ! [ -s "$folder/tls_authority" ]; then
    draft=$(mktemp -d)
    openssl req -x509 -new -newkey rsa:3072 -nodes -subj "/CN=sasrec" -days 3650 -addext basicConstraints=critical,CA:TRUE,pathlen:0 \
      -addext keyUsage=critical,keyCertSign -keyout "$draft/key" -out "$draft/certificate" 2>/dev/null
    secret tls_authority_key "$(cat "$draft/key")"
    secret tls_authority "$(cat "$draft/certificate")"
    rm -rf "$draft"
  fi
  server_certificate kafka
  server_certificate postgres
fi
echo "secrets: in $folder; the key for the page and the API is in admin_key"
