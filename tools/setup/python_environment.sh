# Environments of Python packages: each a folder with what a list names, by version, not by hash.

environment_is_there() { cmp -s "$2" "$1/installed.txt"; } # FOLDER LIST

# install_environment FOLDER LIST WHAT: an environment can't be renamed: its scripts hold their own path. So the list of what is
# in it is written last.
install_environment() {
  local folder=$1 list=$2 what=$3 log=$1.log
  say "installing $what"
  rm -rf "$folder"
  /usr/bin/python3 -m venv "$folder" || fail "making a Python environment" "Install python3-venv, then run this again."
  quietly "$log" "$folder/bin/python" -m pip --disable-pip-version-check install --quiet --no-deps --only-binary=:all: -r "$list" ||
    fail "installing $what" "Look at pip's message above: network, or disk space in $cache. Then run this again."
  rm -f "$log"
  cp "$list" "$folder/installed.txt"
}
