#!/usr/bin/env python3
"""Checks who includes whom, where files lie, and what they are called. Exits 1 and names each breach.

usage: tools/check_layers.py [ROOT]
"""

import re
import sys
from pathlib import Path

# Folder of src/ -> the folders it may include, lowest layer first. An edge that no file uses is a breach too.
# ARCHITECTURE.md has the same table and says what lives in each.
LAYERS = {
    "base": [],
    "telemetry": [],
    "checkpoint": ["base"],
    "kernels": ["base"],
    "dataset": ["base"],
    "model": ["base", "checkpoint", "kernels"],
    "retrieval": ["base", "kernels"],
    "recommend": ["base", "checkpoint", "kernels", "model", "retrieval"],
    "evaluation": ["base", "dataset"],
    "monitoring": ["base", "telemetry", "checkpoint"],
    "bus": ["base", "checkpoint"],
    "catalogue": ["base", "bus"],
    "stream": ["base", "bus"],
    "versions": ["base", "telemetry", "checkpoint", "recommend", "evaluation", "bus"],
    "retraining": ["base", "checkpoint", "dataset", "recommend", "evaluation", "monitoring", "versions"],
    "serving": ["base", "telemetry", "recommend", "bus", "catalogue", "versions", "retraining"],
    "http": ["base", "telemetry", "bus", "catalogue", "versions", "retraining", "serving"],
    "store": ["base", "dataset", "monitoring", "bus", "catalogue", "versions", "retraining", "serving", "http"],
    "training": ["base", "checkpoint", "kernels", "dataset", "evaluation", "monitoring"],
    "apps": ["base", "telemetry", "checkpoint", "dataset", "retrieval", "recommend", "evaluation", "monitoring", "bus",
             "catalogue", "stream", "versions", "retraining", "serving", "http", "store", "training"],
}

# The folders that lie within a folder of src/.
PARTS = {
    "apps": ["service", "trainer"],
    "http": ["bodies", "handlers", "server"],
    "store": ["queries"],
    "stream": ["kafka"],
    "training": ["cpu", "pytorch"],
}

# What an include of a library begins with -> the only places that may have it, as beginnings of paths in src/.
LIBRARIES = {
    "LibTorch": (("torch/", "ATen/", "c10/", "caffe2/"), ("training/", "apps/trainer/")),
    "librdkafka": (("librdkafka/",), ("stream/",)),
    "libpq": (("libpq-fe.h", "libpq/", "postgresql/"), ("store/",)),
    "Beast": (("boost/beast",), ("http/", "apps/")),
    "CLI11": (("CLI/",), ("apps/",)),
    "utf8proc": (("utf8proc.h",), ("catalogue/",)),
}

FORBIDDEN_WORDS = {"util", "utils", "common", "helper", "helpers", "manager", "v2"}
NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
LONG_HEADER = 200
SOURCES = (".cpp", ".hpp")
MIGRATION = re.compile(r"store/migrations/[0-9]{4}_[a-z0-9_]+\.sql")


def check_place(path, breaches):
    """`path` is relative to src/."""
    if MIGRATION.fullmatch(path.as_posix()):
        return
    folder = path.parts[0]
    if len(path.parts) == 3 and path.parts[1] in PARTS.get(folder, []):
        pass
    elif len(path.parts) != 2:
        if path.name != "CMakeLists.txt":
            breaches.append(f"src/{path}: a file of src/ lies in src/<folder>/, or in a folder that PARTS names")
    elif folder not in LAYERS:
        breaches.append(f"src/{path}: {folder} is not a layer; tools/check_layers.py holds the table")
    if path.suffix and path.suffix not in SOURCES and path.name not in ("CMakeLists.txt",):
        breaches.append(f"src/{path}: only .hpp and .cpp files lie in src/")


def check_name(path, breaches):
    """Folder and file names: snake_case, and none of the words that say nothing."""
    for part in (*path.parts[:-1], path.stem):
        if FORBIDDEN_WORDS & set(re.split(r"[_.-]", part.lower())):
            breaches.append(f'{path}: "{part}" says nothing about what is in it')
        elif path.suffix in SOURCES and not NAME.fullmatch(part):
            breaches.append(f"{path}: names are snake_case")


def check_includes(src, path, text, used, breaches):
    """`path` is relative to src/. Adds the edges that it uses to `used`."""
    folder = path.parts[0]
    own_headers = 0
    for match in INCLUDE.finditer(text):
        quote, included = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        where = f"src/{path}:{line}"
        for library, (prefixes, places) in LIBRARIES.items():
            if included.startswith(prefixes) and not path.as_posix().startswith(places):
                breaches.append(f"{where}: {library} belongs in {' and '.join(places)} only")
        target = included.split("/")[0]
        if quote == "<":
            if target in LAYERS and (src / included).is_file():
                breaches.append(f'{where}: our own headers are included with quotes: "{included}"')
            continue
        if not (src / included).is_file():
            breaches.append(f"{where}: {included} is no file of src/")
        elif target == folder:
            own_headers += 1
        elif target in LAYERS.get(folder, LAYERS):
            used.add((folder, target))
        else:
            breaches.append(f"{where}: {folder} may not include {target}")
    if path.suffix == ".hpp" and "#pragma once" not in text:
        breaches.append(f"src/{path}: #pragma once is missing")
    # A source implements a header of its folder; the programs' own files have none.
    if path.suffix == ".cpp" and folder != "apps" and not own_headers:
        breaches.append(f"src/{path}: includes no header of its own folder, so nothing can reach it")


def check(root, unused=True):
    """Every breach under `root`, and the number of lines of each source file. `unused`: edges that no file uses count."""
    root = Path(root)
    src = root / "src"
    breaches, lines, used = [], {}, set()
    for top in ("src", "tests", "benchmarks", "tools", "cmake"):
        for file in sorted((root / top).rglob("*")):
            path = file.relative_to(root)
            if not file.is_file() or "__pycache__" in path.parts or "corpus" in path.parts:
                continue
            check_name(path, breaches)
            if top == "src":
                check_place(path.relative_to("src"), breaches)
            if file.suffix in SOURCES:
                text = file.read_text(encoding="utf-8")
                lines[path] = text.count("\n")
                if top == "src" and len(path.parts) > 2:
                    check_includes(src, path.relative_to("src"), text, used, breaches)
    for folder, allowed in LAYERS.items() if unused else ():
        for target in allowed:
            if (folder, target) not in used:
                breaches.append(f"tools/check_layers.py: {folder} may include {target}, and no file of it does")
    return breaches, lines


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    breaches, lines = check(root)
    print("longest files:")
    for path, count in sorted(lines.items(), key=lambda entry: -entry[1])[:5]:
        print(f"  {count:5} {path}")
    for path, count in sorted(lines.items()):
        if count > LONG_HEADER and path.suffix == ".hpp":
            print(f"warning: {path} has {count} lines: does it hold two ideas?")
    for breach in breaches:
        print(f"error: {breach}", file=sys.stderr)
    if not lines:
        sys.exit(f"error: no sources under {root}")
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
