# Python's package index, and pip, which reads it.

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
