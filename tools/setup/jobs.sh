# Parts of the set-up that run at the same time. Each says itself what it does; one that fails lets the others end, so that the next
# set-up has less to do.
declare -A jobs=()
failed_jobs=()

# start_job NAME COMMAND...: in the background, as a group of processes of its own, so that it can be ended with all it started.
start_job() {
  local name=$1
  shift
  set -m
  (
    set +m
    SECONDS=0
    "$@"
    say "$name: $SECONDS s"
  ) </dev/null &
  jobs[$name]=$!
  set +m
}

# await_job NAME: until it has ended.
await_job() {
  [[ -n ${jobs[$1]-} ]] || return 0
  wait "${jobs[$1]}" || failed_jobs+=("$1")
  unset "jobs[$1]"
}

# await_jobs: until all have ended; the set-up ends here if one has failed.
await_jobs() {
  local name
  for name in "${!jobs[@]}"; do
    await_job "$name"
  done
  [[ ${#failed_jobs[@]} == 0 ]] || fail "bringing ${failed_jobs[*]}" "The lines above name the cause. What else was brought stays, and is not fetched again."
}

end_jobs() {
  local name
  for name in "${!jobs[@]}"; do
    kill -TERM -- "-${jobs[$name]}" 2>/dev/null || true # it has just ended by itself
  done
  wait || true
}
