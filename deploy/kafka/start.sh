#!/bin/bash
# Formats the broker's storage once, with the clients' user where TLS is on, and runs it.
#   SASREC_TLS=on   with tls.properties, the certificate in /run/secrets/kafka_tls and the password in /run/secrets/kafka_password
set -euo pipefail

settings=/tmp/server.properties
here=/etc/sasrec/kafka
cat "$here/server.properties" >"$settings"
users=()
if [[ ${SASREC_TLS:-off} == on ]]; then
  cat "$here/tls.properties" >>"$settings"
  users=(--add-scram "SCRAM-SHA-512=[name=sasrec,password=$(</run/secrets/kafka_password)]")
fi
if [[ ! -e /var/lib/kafka/data/meta.properties ]]; then
  /opt/kafka/bin/kafka-storage.sh format --cluster-id "$(/opt/kafka/bin/kafka-storage.sh random-uuid)" --config "$settings" \
    "${users[@]}"
fi
exec /opt/kafka/bin/kafka-server-start.sh "$settings"
