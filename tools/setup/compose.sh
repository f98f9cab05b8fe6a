# Docker Compose v2: Docker's own plugin if it is there, else built from its Go module (Debian 12 has only v1).
compose=${SASREC_COMPOSE:-$cache/compose-2.40.3}
compose_go=1.24

compose_is_there() { [[ -x $compose/docker-compose ]] || docker compose version >/dev/null 2>&1; }

# Go that is new enough, on the path or where its own archive puts it.
find_go() {
  local candidate
  for candidate in go /usr/local/go/bin/go; do
    if command -v "$candidate" >/dev/null && printf '%s\n' "$compose_go" "$("$candidate" env GOVERSION | tr -d go)" | sort -CV; then
      go=$candidate
      return
    fi
  done
  fail "finding Docker Compose" "Install Docker's plugin docker-compose-plugin, or Go $compose_go or newer to build it with."
}

install_compose() {
  find_go
  begin_partial "$compose"
  mkdir -p "$partial/tree" "$partial/module"
  say "building Docker Compose 2.40.3 (up to 10 minutes, once)"
  (cd "$partial/module" && quietly "$partial/log" "$go" mod init compose &&
    quietly "$partial/log" "$go" get github.com/docker/compose/v2/cmd@v2.40.3 &&
    CGO_ENABLED=0 quietly "$partial/log" "$go" build -o "$partial/tree/docker-compose" github.com/docker/compose/v2/cmd) ||
    fail "building Docker Compose" "Look at Go's messages above: network, or disk space in $cache. Then run this again."
  rm -rf "$compose"
  mv -T "$partial/tree" "$compose"
  end_partial
}
