#!/bin/sh
# tools/step.sh NAME HINT COMMAND [ARGUMENT...]
# Runs one step of the Makefile. A failure names the step and says what to do about it.
name=$1 hint=$2
shift 2
printf '\n==> %s\n' "$name"
"$@"
status=$?
if [ "$status" -ne 0 ]; then
  printf '\nThe step "%s" failed (exit code %d).\n%s\n' "$name" "$status" "$hint" >&2
fi
exit "$status"
