#!/usr/bin/env python3
"""What a new user types, on a machine that has nothing: README's first block of commands on a bare Debian 12, then every other command of
README.md and docs/*.md in order. README.ru.md must have the commands of README.md. In another copy of that machine it is `make test` in place
of `make demo`.

`make test-fresh` runs this, as root. What is not committed is not tried: the machine clones HEAD. tests/fresh/pages.py says which blocks
of a page are commands.
"""

import argparse
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import machine as machines
import pages
import sample
from machine import Failed
from session import Session

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "/srv/sasrec.git"  # in the machine
CLONE = "/root/sasrec"
BAR_SECONDS = 480  # for the first recommendation, on a quiet machine with two cores
ADDRESS = ("127.0.0.1", 8080)
SAMPLES = ("events.csv", "catalogue.csv")
# Asks the running service as its page does, with what the bare machine has.
ASK = """
import json, urllib.request
def ask(path, body=None):
    request = urllib.request.Request("http://127.0.0.1:8080" + path, json.dumps(body).encode() if body else None,
                                     {"Content-Type": "application/json", "Prefer": "wait=20"} if body else {})
    return urllib.request.urlopen(request, timeout=30).read().decode()
users = json.loads(ask("/v1/users?limit=1"))["users"]
user = users[0]["user"] if isinstance(users[0], dict) else users[0]
print(json.dumps({"page": ask("/"), "answer": json.loads(ask("/v1/recommendations", {"user": user, "k": 5}))}))
"""
BEGIN = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - BEGIN:6.0f} s] {text}", flush=True)


def megabytes(number):
    return f"{number / 1e6:.0f} MB"


class Phases:
    """Where the time of make demo goes, by the headings that it prints."""

    HEADING = re.compile(r"(?:==>|--) (?!Configuring done|Generating done|Build files)([\w ,.'-]+)")
    PART = re.compile(r"setup: (\S+): (\d+) s$")
    FIRST = "will probably want next"

    def __init__(self):
        self.headings = []
        self.parts = []
        self.first = None

    def __call__(self, line, when):
        if match := self.HEADING.match(line):
            self.headings.append((match[1].strip(), when))
        elif match := self.PART.match(line):
            self.parts.append(f"{match[1]} {match[2]} s")
        elif self.FIRST in line and self.first is None:
            self.first = when

    def report(self, step):
        ends = [when for _, when in self.headings[1:]] + [step.begin + step.seconds]
        for (name, begin), end in zip(self.headings, ends):
            say(f"    {end - begin:6.0f} s  {name[:60]}{'  (' + ', '.join(self.parts) + ')' if name == 'set-up' else ''}")
        if self.first is None:
            raise Failed("make demo has recommended nothing")
        load = "  ".join(f"{one:.1f}" for one in os.getloadavg())
        say(f"first recommendation {self.first - step.begin:.0f} s after make demo was typed, the service answers after {step.seconds:.0f} s "
            f"(bar: {BAR_SECONDS} s on two quiet cores; here {os.cpu_count()} cores, load {load})")  # fmt: skip


class Fresh:
    def __init__(self, work):
        self.work = work.resolve()
        self.base = self.work / "base"
        self.left_out = []
        self.ran = 0

    def page(self, name):
        """As it is in HEAD."""
        text = subprocess.run(["git", "show", f"HEAD:{name}"], cwd=ROOT, check=True, capture_output=True).stdout
        return pages.blocks(name, text.decode())

    def pages(self):
        names = subprocess.run(["git", "ls-tree", "--name-only", "HEAD", "docs/"], cwd=ROOT, check=True, capture_output=True, text=True)
        return sorted(name for name in names.stdout.split() if name.endswith(".md"))

    def readme(self):
        """README's blocks. README.ru.md has the same commands, so they are run once."""
        found = self.page("README.md")
        if not found:
            raise Failed("README.md has no block of commands (```sh)")
        russian = self.page("README.ru.md")
        for one, other in itertools.zip_longest(found, russian):
            if None in (one, other) or (one.needs, pages.without_comments(one)) != (other.needs, pages.without_comments(other)):
                raise Failed(f"the commands of README.ru.md are not those of README.md: {one or 'nothing'} and {other or 'nothing'} differ")
        return found

    def prepare(self):
        machines.require()
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(ADDRESS)
            except OSError as error:
                raise Failed(f"{ADDRESS[0]}:{ADDRESS[1]}, which README's commands name, is taken: {error}. Stop what listens there") from error
        dirty = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        if dirty:
            say("note: HEAD is tried, not what is uncommitted: " + ", ".join(line[3:] for line in dirty.splitlines()[:5]))
        if self.work.exists():
            shutil.rmtree(self.work)
        self.work.mkdir(parents=True)
        machines.make(self.base)
        subprocess.run(["git", "clone", "--quiet", "--bare", "--no-local", ROOT, self.base / SOURCE[1:]], check=True)
        # A worktree's HEAD may be on no branch, or on one that is not the clone's first.
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
        git = ["git", "--git-dir", self.base / SOURCE[1:]]
        subprocess.run([*git, "update-ref", "refs/heads/fresh", head], check=True)
        subprocess.run([*git, "symbolic-ref", "HEAD", "refs/heads/fresh"], check=True)
        say(f"a bare Debian 12, and a clone of {head[:12]} to take from")

    def copy(self, name):
        root = self.work / name
        subprocess.run(["cp", "-a", "--reflink=auto", self.base, root], check=True)
        return machines.running(root)

    def demo(self):
        blocks = self.readme()
        phases = Phases()
        with self.copy("demo") as machine, open(self.work / "demo.log", "w") as log:
            session = Session(machine, log, phases, self.finished)
            first = pages.first_commands(blocks[0], SOURCE)
            self.run_block(session, first)
            phases.report(session.steps[-1])
            self.check_answers(machine)
            for block in blocks[1:]:
                self.run_block(session, block)
            session.close()
            for name in self.pages():
                self.run_page(machine, log, name)
            self.stop(machine, log)
        self.summary()

    def run_page(self, machine, log, name):
        found = self.page(name)
        if not found:
            return
        session = Session(machine, log, finished=self.finished, folder=CLONE)
        for block in found:
            self.run_block(session, block)
        session.close()

    def run_block(self, session, block):
        if block.needs:
            self.left_out.append(f"{block} needs {block.needs}: {pages.NEEDS[block.needs]}")
            return
        clone = session.machine.root / CLONE[1:]
        if any(name in block.text for name in SAMPLES) and not (clone / SAMPLES[0]).exists():
            sample.write(clone)
        session.run(block)

    def finished(self, step):
        self.ran += 1
        say(f"{step.seconds:6.1f} s  {megabytes(step.fetched):>8} fetched  {megabytes(step.grown):>8} of disk  {step.place}  {step.command}")

    def check_answers(self, machine):
        """The page comes, and a user whom the service knows gets five items of the model, with titles."""
        found = json.loads(machine.run("python3", "-c", ASK).stdout)
        answer = found["answer"]
        titles = [one.get("title") for one in answer["items"]]
        if "<script" not in found["page"]:
            raise Failed(f"the service's page is not one: {found['page'][:200]}")
        if answer["source"] != "model" or len(titles) != 5 or not all(titles):
            raise Failed(f"a user that the service knows is not answered by the model with five titles: {json.dumps(answer)[:1000]}")
        say(f"the page comes; a known user gets, by the model: {', '.join(titles)}")

    def stop(self, machine, log):
        session = Session(machine, log, finished=self.finished, folder=CLONE)
        self.run_block(session, pages.Block("end", 1, "", "make stop\n"))
        session.close()
        left = machine.processes()
        if left:
            raise Failed("after make stop there still run: " + "; ".join(left))

    def test(self):
        with self.copy("test") as machine, open(self.work / "test.log", "w") as log:
            left_out = []
            session = Session(machine, log, lambda line, when: left_out.append(line) if line.startswith("left out: ") else None, self.finished)
            self.run_block(session, pages.first_commands(self.readme()[0], SOURCE, "make test"))
            session.close()
        for line in left_out:
            say(f"make test: {line}")

    def summary(self):
        say(f"{self.ran} commands ran as they stand in the pages")
        for line in self.left_out:
            say(f"not run here: {line} runs it")

    def clean(self):
        for name in ("base", "demo", "test"):
            shutil.rmtree(self.work / name, ignore_errors=True)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the machines and their logs; it is emptied")
    parser.add_argument("--only", choices=["demo", "test"], help="one half")
    parser.add_argument("--keep", action="store_true", help="leave the machines' folders")
    return parser.parse_args(arguments)


def main():
    options = parse(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit("test-fresh: ended by a signal"))  # the machine is stopped on the way
    fresh = Fresh(options.work)
    try:
        fresh.prepare()
        if options.only != "test":
            fresh.demo()
        if options.only != "demo":
            fresh.test()
    except (Failed, pages.BadPage) as failed:
        tail = "".join("    " + line for log in fresh.work.glob("*.log") for line in log.read_text().splitlines(keepends=True)[-30:])
        sys.exit(f"{tail}\ntest-fresh: {failed}")
    if not options.keep:
        fresh.clean()
    say("passed")


if __name__ == "__main__":
    main()
