# What every part of the set-up says, and how it fails.

say() { printf 'setup: %s\n' "$*"; }

# fail STEP WHAT_TO_DO
fail() {
  printf 'setup: %s failed. %s\n' "$1" "$2" >&2
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
