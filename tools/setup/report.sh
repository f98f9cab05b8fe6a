# What every part of the set-up says, and how it fails.

say() { printf 'setup: %s\n' "$*"; }

# fail STEP WHAT_TO_DO
fail() {
  local free
  free=$(df --output=avail --block-size=1M "${cache:-/}" 2>/dev/null | tail -n 1) || free=
  printf 'setup: %s failed. %s\n' "$1" "$2" >&2
  [[ -z $free || $free -ge 200 ]] ||
    printf 'setup: the disk of %s is full (%d MB are free): make room, or let XDG_CACHE_HOME name another, then run this again.\n' "$cache" "$free" >&2
  exit 1
}

# quietly LOG COMMAND...: runs a command that talks much; only if it fails are the last lines of what it said shown.
quietly() {
  local log=$1
  shift
  "$@" >>"$log" 2>&1 </dev/null && return
  tail -n 20 "$log" >&2
  return 1
}
