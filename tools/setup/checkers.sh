# Checkers from Python's package index, in an environment of their own.
checkers=${SASREC_CHECKERS:-$cache/checkers}

checkers_is_there() { cmp -s "$tools/checkers.txt" "$checkers/installed.txt"; }

# An environment can't be renamed: its scripts hold their own path. So the list of what is in it is written last.
install_checkers() {
  local python=/usr/bin/python3 log=$checkers.log
  say "installing checkers (Schemathesis, about 100 MB)"
  rm -rf "$checkers"
  "$python" -m venv "$checkers" || fail "making a Python environment" "Install python3-venv, then run this again."
  quietly "$log" "$checkers/bin/python" -m pip --disable-pip-version-check install --quiet --no-deps --only-binary=:all: -r "$tools/checkers.txt" ||
    fail "installing checkers" "Look at pip's message above: network, or disk space in $cache. Then run this again."
  rm -f "$log"
  cp "$tools/checkers.txt" "$checkers/installed.txt"
}
