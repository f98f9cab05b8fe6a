"""A shell in the bare machine, as somebody uses it who types the commands of a page."""

import dataclasses
import re
import subprocess
import threading
import time

from machine import Failed, environment

# A command that has not ended after this time never will.
LIMIT_SECONDS = 3600
END_SECONDS = 10

# What the service answers where it refuses a request; curl ends well all the same.
PROBLEM = re.compile(r'"type":"about:blank".*"status":4\d\d')

# Notes when each command of a block begins, with its line; `end` when a block is through.
SETUP = r"""set -eET
note() { [[ ${BASH_SOURCE[1]} != /fresh/*.block || $1 == "$noted" ]] || { noted=$1; echo "$EPOCHREALTIME $1" >>/fresh/notes; }; }
trap 'note $LINENO' DEBUG
"""


@dataclasses.dataclass
class Step:
    """A command of a page, and what it took."""

    place: str
    command: str
    begin: float
    seconds: float = 0
    fetched: int = 0  # bytes that came over the network meanwhile, to whatever on this machine
    grown: int = 0  # bytes of disk


def received():
    """Bytes that this machine has received from others."""
    lines = open("/proc/net/dev").read().splitlines()[2:]
    return sum(int(line.split(":")[1].split()[0]) for line in lines if line.split(":")[0].strip() != "lo")


class Session:
    """`output` gets each line that is printed, with the time.time() it came at; `finished` gets each Step that has ended."""

    def __init__(self, machine, log, output=lambda line, when: None, finished=lambda step: None, folder="/root"):
        self.machine = machine
        self.folder = machine.root / "fresh"
        self.folder.mkdir(exist_ok=True)
        self.notes = self.folder / "notes"
        self.notes.write_text("")
        self.steps = []
        self.finished = finished
        self.disk = None
        self.problems = []
        self.process = subprocess.Popen(
            machine.command("bash"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", env=environment(),
        )  # fmt: skip
        # What goes on in the background has this output too, and may outlive the shell.
        threading.Thread(target=self._read, args=(log, output), daemon=True).start()
        self._type(f"cd {folder}\n{SETUP}")

    def _read(self, log, output):
        for line in self.process.stdout:
            when = time.time()
            log.write(f"[{time.strftime('%H:%M:%S', time.localtime(when))}] {line}")
            log.flush()
            if PROBLEM.search(line):
                self.problems.append(line.strip())
            output(line.rstrip("\n"), when)

    def _type(self, text):
        try:
            self.process.stdin.write(text)
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Failed("the shell of the page has ended") from error

    def _used(self):
        used = subprocess.run(["du", "-sxB1", self.machine.root], capture_output=True, text=True).stdout
        return int(used.split()[0])

    def run(self, block):
        """Runs a whole block. Raises Failed with the line that failed."""
        file = self.folder / f"{block.page.replace('/', '-')}-{block.line}.block"
        # With the page's numbers of lines, for messages.
        file.write_text("\n" * (block.line - 1) + block.text)
        commands = block.text.splitlines()
        self.notes.write_text("")
        self.disk = self.disk or self._used()
        fetched, step = received(), None
        self._type(f"source '/fresh/{file.name}' </dev/null\necho end >>/fresh/notes\n")
        seen, lines = 0, set()  # a loop comes to the same line several times
        while True:
            ended = self.process.poll() is not None
            notes = [line for line in self.notes.read_text().splitlines(keepends=True) if line.endswith("\n")]
            for note in notes[seen:]:
                words = note.split()
                if words[-1] in lines:
                    continue
                lines.add(words[-1])
                fetched = self._finish(step, fetched, note)
                if words == ["end"]:
                    self.check_answers(block)
                    return
                line = int(words[1])
                step = Step(f"{block.page}:{line}", commands[line - block.line].strip(), float(words[0]))
                self.steps.append(step)
            seen = len(notes)
            if ended or (step and time.time() - step.begin > LIMIT_SECONDS):
                self._finish(step, fetched, "")
                where = f"{step.place}: {step.command}" if step else str(block)
                how = f"failed (exit code {self.process.returncode})" if ended else f"has not ended after {LIMIT_SECONDS} s"
                raise Failed(f"{where}\n{how}")
            time.sleep(0.1)

    def _finish(self, step, fetched, note):
        """The step is over: at the time of the note, if it has one."""
        now = received()
        if step:
            end = re.match(r"[\d.]+", note)
            step.seconds = (float(end[0]) if end else time.time()) - step.begin
            step.fetched = now - fetched
            if step.seconds > 5:  # counting takes seconds too
                used = self._used()
                step.grown, self.disk = used - self.disk, used
            self.finished(step)
        return now

    def check_answers(self, where):
        if self.problems:
            raise Failed(f"{where}: the service refuses what the page says: {self.problems[0]}")

    def close(self):
        """Ends the shell; what it left in the background stays."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired as error:
            self.process.kill()
            raise Failed("the shell of a page does not end") from error
        self.check_answers("the last block of a page")
