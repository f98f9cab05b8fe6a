#!/bin/sh
# tools/run_tests.sh FOLDER [ARGUMENT of ctest]...: runs the tests of a build folder, then says which were left out, and why.
folder=$1
shift
ctest --test-dir "$folder" --output-on-failure --no-tests=error "$@"
status=$?
python3 "$(dirname "$0")/left_out.py" "$folder"
exit $status
