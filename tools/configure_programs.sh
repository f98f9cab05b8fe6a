#!/usr/bin/env bash
# Configures build/release for the two programs. Tests are left out, and with them what only they need. Where make test has configured
# them in this folder before, and what they need is still there, they stay: else each of the two would undo what the other compiled.
set -euo pipefail
cd "$(dirname "$0")/.."

tests=OFF unity=ON
if grep -qs '^SASREC_TESTS:BOOL=ON$' build/release/CMakeCache.txt && tools/setup.sh --complete build training serve demo check; then
  tests=ON unity=OFF
fi
exec cmake --preset release -DSASREC_TESTS=$tests -DSASREC_UNITY=$unity -Wno-dev --log-level=WARNING
