"""A program of the demo that goes on in the background."""

import os
import signal
import subprocess
import time
from pathlib import Path

STOP_SECONDS = 20


class Background:
    """Its process id in OUT/NAME.pid, its output in OUT/NAME.log. `mark` is a word of its command line: process ids are used again."""

    def __init__(self, out, name, mark):
        self.pid_file = out / f"{name}.pid"
        self.log = out / f"{name}.log"
        self.mark = mark

    def running(self):
        """The process id, None if it doesn't run."""
        try:
            pid = int(self.pid_file.read_text())
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except (OSError, ValueError):
            return None
        return pid if self.mark in words else None

    def start(self, command, **options):
        with open(self.log, "w") as log:
            process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **options
            )
        self.pid_file.write_text(str(process.pid))
        return process

    def stop(self):
        """Ends what an earlier demo started, if it still runs. True if there was one."""
        pid = self.running()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            until = time.monotonic() + STOP_SECONDS
            while self.running() is not None and time.monotonic() < until:
                time.sleep(0.1)
        self.pid_file.unlink(missing_ok=True)
        return pid is not None
