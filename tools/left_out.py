#!/usr/bin/env python3
"""Says which tests of the last run of CTest in a build folder were left out, and why: those of GoogleTest, of Python's unittest and of Vitest,
of which CTest itself names only the first.

usage: tools/left_out.py build/release
"""

import re
import sys
from pathlib import Path

GOOGLE = re.compile(r": Skipped\n(.+)")
PYTHON = re.compile(r"^(test\w+) \(.*?\)(?:\n.*?)? \.\.\. skipped ['\"](.*)['\"]$", re.MULTILINE)
COUNTED = re.compile(r"\bOK \(.*?skipped=(\d+)|Tests? .*?(\d+) skipped")


def left_out(log):
    """(test, reason) for each, of CTest's LastTest.log."""
    found = []
    for part in re.split(r"^(?=\d+/\d+ Testing: )", log, flags=re.MULTILINE)[1:]:
        name = part[part.index(": ") + 2 : part.index("\n")]
        named = [(name, match[1].strip()) for match in GOOGLE.finditer(part)]
        named += [(f"{name} {match[1]}", match[2]) for match in PYTHON.finditer(part)]
        counted = sum(int(match[1] or match[2]) for match in COUNTED.finditer(part))
        if counted > len(named):
            named.append((name, f"{counted - len(named)} of its tests; its output says which"))
        found += named
    return found


def main():
    log = Path(sys.argv[1]) / "Testing/Temporary/LastTest.log"
    found = left_out(log.read_text(encoding="utf-8", errors="replace"))
    for name, reason in found:
        print(f"left out: {name}: {reason}")
    print(f"{len(found)} tests were left out" if found else "no test was left out")


if __name__ == "__main__":
    main()
