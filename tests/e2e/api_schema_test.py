#!/usr/bin/env python3
"""Puts docs/openapi.yaml to the test: Schemathesis sends what it allows and what it forbids, and looks at the answers.

usage: tests/e2e/api_schema_test.py SERVICE [--keys on|off] [--model on|off] [--examples N] [--at-least N] [--seed N]
                                    [--schemathesis PROGRAM]

SERVICE is a program like fake_service: prints its address, asks for the key it is given, has a model or none, and ends with its input.
Exits 1 if anything fails, or fewer cases than --at-least were generated.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEY = "a-key-for-tests"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("service")
    parser.add_argument("--keys", choices=["on", "off"], default="on")
    parser.add_argument("--model", choices=["on", "off"], default="on")
    parser.add_argument("--examples", type=int, default=20, help="cases of each kind for each operation")
    parser.add_argument("--at-least", type=int, default=1, help="cases in all, or it fails")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--schemathesis", default=os.environ.get("SASREC_SCHEMATHESIS", "schemathesis"))
    arguments = parser.parse_args()

    set_up = ([] if arguments.model == "on" else ["--no-model"]) + ([KEY] if arguments.keys == "on" else [])
    key = ["--header", f"Authorization: Bearer {KEY}"] if arguments.keys == "on" else []
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
        [arguments.service, *set_up], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as service:
        address = service.stdout.readline().strip()
        if not address:
            sys.exit(f"error: {arguments.service} did not start")
        tested = subprocess.Popen(
            [arguments.schemathesis, "--config-file", str(HERE / "schemathesis.toml"), "run", address + "/openapi.yaml",
             "--url", address, *key, "--checks", "all",
             "--max-examples", str(arguments.examples), "--seed", str(arguments.seed), "--generation-database", "none",
             # The stream has no end for ten minutes: tests/unit/http/handlers/stream_test.cpp is about it.
             "--exclude-path", "/v1/stream", "--no-color", "--continue-on-failure"],
            env={**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "schemathesis_hooks.py"),
                 "SASREC_TEST_KEYS": arguments.keys},
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        generated = 0
        for line in tested.stdout:
            print(line, end="", flush=True)
            if count := re.match(r"\s*(\d+) generated", line):
                generated = int(count[1])
        tested.wait()
        service.stdin.close()
        ended = service.wait(timeout=30)
    if ended != 0:
        sys.exit(f"error: the service ended with {ended}")
    if tested.returncode == 0 and generated < arguments.at_least:
        sys.exit(f"error: {generated} cases were generated, {arguments.at_least} were wanted; raise --examples")
    sys.exit(tested.returncode)


if __name__ == "__main__":
    main()
