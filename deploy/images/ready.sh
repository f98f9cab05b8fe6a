#!/bin/bash
# Health of a container; without curl.
#   ready http ADDRESS:PORT   /readyz is answered with 200 there
#   ready connected PORT      this container holds a TCP connection to that port elsewhere, as the trainer does to PostgreSQL
set -euo pipefail

case $1 in
  http)
    exec 3<>"/dev/tcp/${2%:*}/${2##*:}"
    printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
    read -r -t 5 _ status _ <&3
    [[ $status == 200 ]]
    ;;
  connected)
    # Columns of /proc/net/tcp: local address, remote address, state; 01 is an established connection.
    port=$(printf '%04X' "$2")
    while read -r _ _ remote state _; do
      [[ $state != 01 || ${remote##*:} != "$port" ]] || exit 0
    done < <(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
    exit 1
    ;;
esac
