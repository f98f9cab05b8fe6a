# What tests generate clients of docs/openapi.yaml with, and what those need to compile: openapi-generator and jars from Maven, a
# Python environment, a Go module. Debian's Go 1.19 is new enough.
clients=${SASREC_CLIENTS:-$cache/clients-1}

# tests/clients/build_clients.py looks in the same places.
find_clients_go() {
  for clients_go in go /usr/local/go/bin/go; do
    ! command -v "$clients_go" >/dev/null || return 0
  done
  return 1
}

clients_jars_are_there() { cmp -s "$tools/clients/jars.sha256" "$clients/lib/fetched.sha256"; }
clients_module_is_there() { cmp -s "$tools/clients/go.sum" "$clients/go/fetched.sum"; }
clients_is_there() {
  clients_jars_are_there && clients_module_is_there && environment_is_there "$clients/python" "$tools/clients/requirements.txt"
}

install_clients() {
  mkdir -p "$clients"
  clients_jars_are_there || fetch_clients_jars
  clients_module_is_there || fetch_clients_module
  environment_is_there "$clients/python" "$tools/clients/requirements.txt" ||
    install_environment "$clients/python" "$tools/clients/requirements.txt" "what Python clients need (110 MB)"
}

fetch_clients_jars() {
  begin_partial "$clients/lib"
  mkdir -p "$partial/tree" "$partial/pom"
  cp "$tools/clients/pom.xml" "$partial/pom/"
  say "fetching openapi-generator (about 45 MB, of which 34 MB are kept)"
  quietly "$partial/log" mvn -B --no-transfer-progress -f "$partial/pom/pom.xml" -Dmaven.repo.local="$partial/repository" \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$partial/tree" ||
    fail "fetching openapi-generator" "Look at Maven's message above: network, disk space in $cache, or ~/.m2/settings.xml. Then run this again."
  (cd "$partial/tree" && sha256sum --quiet --check "$tools/clients/jars.sha256" >&2) ||
    fail "checking openapi-generator" "The jars named above are not those of tools/clients/jars.sha256. Look at the repository that Maven uses."
  cp "$tools/clients/jars.sha256" "$partial/tree/fetched.sha256"
  rm -rf "$clients/lib"
  mv -T "$partial/tree" "$clients/lib"
  end_partial
}

fetch_clients_module() {
  find_clients_go || fail "finding Go" "Install golang-go, then run this again."
  begin_partial "$clients/go"
  mkdir -p "$partial/tree/modules" "$partial/module"
  cp "$tools/clients/go.mod" "$tools/clients/go.sum" "$partial/module/"
  say "fetching the module that Go clients need"
  # Writable modules, so that the folder can be removed; the hashes of go.sum are checked.
  (cd "$partial/module" && GOMODCACHE=$partial/tree/modules GOFLAGS='-modcacherw -mod=readonly' GOTOOLCHAIN=local \
    quietly "$partial/log" "$clients_go" mod download) ||
    fail "fetching the module that Go clients need" "Look at Go's message above: network, or disk space in $cache. Then run this again."
  cp "$tools/clients/go.sum" "$partial/tree/fetched.sum"
  rm -rf "$clients/go"
  mv -T "$partial/tree" "$clients/go"
  end_partial
}
