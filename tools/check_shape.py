#!/usr/bin/env python3
"""Measures the shape of the sources, and fails where it is worse than agreed. Prints what it has measured.

usage: tools/check_shape.py [ROOT]

Files     lines of each file, of all files (median, 95th percentile), files of a folder
Tests     a source is mirrored if a test of its name is in tests/unit/<its folder>/, or among the tests of the programs
Comments  lines with a comment in headers (`///<` behind a member is its contract), lines that are comments in sources
Tables    parameter tables of `///` comments that a formatter has glued into a sentence
Walks     the blocks ```walk of ARCHITECTURE.md: each line is "FILE -> FILE: text", where the text is in the first file
          and calls into the second. Counts the folders of src/ that are passed, and the pairs of folders where a step goes upward
"""

import re
import sys
from pathlib import Path

import check_layers

MAX_LINES, MAX_MEDIAN, MAX_P95, MAX_FILES = 400, 130, 300, 40
MIN_MIRRORED = 0.80
# Of sources 0.05 is the aim; this bound only keeps them from losing what they have.
HEADER_COMMENTS, SOURCE_COMMENTS = (0.20, 0.35), (0.025, 0.12)
# Name of a walk -> most folders, most pairs with a step upward.
WALKS = {"activation": (6, 0), "request": (8, 1)}

COMMENT = {".hpp": re.compile(r"^\s*//|///<"), ".cpp": re.compile(r"^\s*//")}
# A row "name   meaning" of a table that a formatter has joined to the line before it.
GLUED = re.compile(r"^\s*///\s*\S+ \S.*[^\s:|`] [\w.,<>\[\]]+ {3,}\S")
ROW = re.compile(r"^\s*///\s*(?:[\w,:<>\[\]()*&/` ]|\.(?! )){1,40}? {2,}\S")
STEP = re.compile(r"^(\S+) -> (\S+): (.+)$")


def sources(root):
    return sorted(p for p in (root / "src").rglob("*") if p.suffix in (".cpp", ".hpp"))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def check_sizes(root, breaches):
    lines = {p: p.read_text(encoding="utf-8").count("\n") for p in sources(root)}
    for path, count in lines.items():
        if count > MAX_LINES:
            breaches.append(f"{path.relative_to(root)}: {count} lines, more than {MAX_LINES}")
    median, p95 = percentile(lines.values(), 0.5), percentile(lines.values(), 0.95)
    print(f"files: {len(lines)}, lines: median {median}, 95th percentile {p95}, most {max(lines.values())}")
    if median > MAX_MEDIAN or p95 > MAX_P95:
        breaches.append(f"src: median {median} (at most {MAX_MEDIAN}), 95th percentile {p95} (at most {MAX_P95})")
    for folder in sorted({p.parent for p in lines}):
        count = sum(1 for file in folder.iterdir() if file.is_file())
        if count > MAX_FILES:
            breaches.append(f"{folder.relative_to(root)}: {count} files, more than {MAX_FILES}")


def is_mirrored(root, source):
    folder = source.relative_to(root / "src").parent
    name = f"{source.stem}_test.cpp"
    programs = [root / "tests" / part for part in ("integration", "e2e", "parity")]
    return (root / "tests/unit" / folder / name).is_file() or any(
        (place / (prefix + name)).is_file() for place in programs for prefix in ("", f"{folder.parts[0]}_"))


def check_tests(root, breaches):
    found = [p for p in sources(root) if p.suffix == ".cpp"]
    missing = [p for p in found if not is_mirrored(root, p)]
    share = 1 - len(missing) / len(found)
    print(f"sources with a test of their name: {len(found) - len(missing)} of {len(found)} ({share:.0%})")
    if share < MIN_MIRRORED:
        names = " ".join(str(p.relative_to(root / "src")) for p in missing)
        breaches.append(f"src: {share:.0%} of the sources have a test of their name, {MIN_MIRRORED:.0%} are needed: {names}")


def comment_share(files, suffix):
    texts = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return sum(1 for line in texts if COMMENT[suffix].search(line)) / max(1, len(texts))


def check_comments(root, breaches):
    for suffix, what, (least, most) in ((".hpp", "headers", HEADER_COMMENTS), (".cpp", "sources", SOURCE_COMMENTS)):
        share = comment_share([p for p in sources(root) if p.suffix == suffix], suffix)
        print(f"comment lines in {what}: {share:.1%}")
        if not least <= share <= most:
            breaches.append(f"src: {share:.1%} of the lines of {what} are comments; {least:.1%} to {most:.0%} are right")


def check_tables(root, breaches):
    for path in sources(root):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if GLUED.match(line) and not ROW.match(line):
                breaches.append(f"{path.relative_to(root)}:{number}: a table in a comment is glued together: {line.strip()}")


def check_walks(root, breaches):
    text = (root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"^```walk (\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    order = list(check_layers.LAYERS)
    for name, (most_rooms, most_climbs) in WALKS.items():
        rooms, climbs = set(), set()
        if name not in blocks:
            breaches.append(f"ARCHITECTURE.md: there is no block ```walk {name}")
            continue
        for line in blocks[name].splitlines():
            step = STEP.match(line)
            if not step:
                breaches.append(f"ARCHITECTURE.md: not a step of a walk: {line}")
                continue
            start, end, call = step.groups()
            for file in (start, end):
                if not (root / "src" / file).is_file():
                    breaches.append(f"ARCHITECTURE.md: walk {name}: src/{file} is no file")
                    break
            else:
                if call not in (root / "src" / start).read_text(encoding="utf-8"):
                    breaches.append(f'ARCHITECTURE.md: walk {name}: "{call}" is not in src/{start}')
                called = re.findall(r"\w+", call)[-1]
                if not re.search(rf"\b{called}\b", (root / "src" / end).read_text(encoding="utf-8")):
                    breaches.append(f'ARCHITECTURE.md: walk {name}: "{called}" is not in src/{end}')
            places = [file.split("/")[0] for file in (start, end)]
            rooms.update(places)
            if order.index(places[1]) > order.index(places[0]):
                climbs.add(tuple(places))
        print(f"walk {name}: {len(rooms)} folders, {len(climbs)} kinds of steps upward")
        if len(rooms) > most_rooms or len(climbs) > most_climbs:
            breaches.append(f"ARCHITECTURE.md: walk {name} passes {len(rooms)} folders (at most {most_rooms}) "
                            f"and goes upward in {len(climbs)} places (at most {most_climbs})")


def check(root):
    breaches = []
    for part in (check_sizes, check_tests, check_comments, check_tables, check_walks):
        part(Path(root), breaches)
    return breaches


def main():
    breaches = check(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    for breach in breaches:
        print(f"error: {breach}", file=sys.stderr)
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
