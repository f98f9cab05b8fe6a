"""The folder that the demo shares with every command: what of it is the demo's, and how it begins with another log."""

import fcntl
import json
import sys
import time


class Place:
    """`folder` has the service's PostgreSQL (postgres) and its model versions (checkpoints), as all commands expect it.

    The demo writes down which log it has put there, and puts no other log beside it. It never deletes data: what it finds
    may be somebody's own.
    """

    PARTS = ("postgres", "checkpoints", "analytics", "trained-from", "demo-log.json")

    def __init__(self, folder):
        self.folder = folder
        self.postgres = folder / "postgres"
        self.checkpoints = folder / "checkpoints"
        self.stamp = folder / "demo-log.json"

    def filled(self):
        """What is in it already, in words."""
        found = []
        if (self.postgres / "data").exists():
            found.append(f"a database ({self.postgres})")
        if self.checkpoints.is_dir() and any(self.checkpoints.iterdir()):
            found.append(f"model versions ({self.checkpoints})")
        return found

    def log(self):
        """The log that the demo has put there, {"file", "sha256"}; None if it has put none."""
        try:
            return json.loads(self.stamp.read_text())
        except FileNotFoundError:
            return None

    def in_use(self):
        """Whether a process runs the database."""
        try:
            with open(self.postgres / "lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def check(self, sha256):
        """Ends the demo, and says why, if it holds anything but this log."""
        found, log = self.filled(), self.log()
        begin_anew = "FRESH=1 moves all that aside, deletes nothing, and begins with your log"
        if found and log is None:
            sys.exit(f"demo: {self.folder} has {' and '.join(found)} that the demo has not made. {begin_anew}.")
        if found and log["sha256"] != sha256:
            sys.exit(
                f"demo: {self.folder} has {' and '.join(found)} of another log, {log['file']}. "
                f"Two logs in one database would mix. {begin_anew}."
            )

    def prepare(self, file, sha256, fresh):
        """Makes it the place of this log, once the demo's own service has ended; ends the demo if it can't be."""
        if self.in_use():
            sys.exit(
                f"demo: a command that the demo has not started uses the database in {self.postgres} "
                "(sasrec up in another terminal?): end it first"
            )
        if fresh:
            self.set_aside()
        self.check(sha256)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(json.dumps({"file": str(file), "sha256": sha256}) + "\n")

    def set_aside(self):
        """Moves all that commands and demo have written into a folder of its own. A database that lies elsewhere stays there."""
        parts = [self.folder / name for name in self.PARTS if (self.folder / name).exists()]
        if not parts:
            return
        aside = self.folder / time.strftime("before-%Y%m%dT%H%M%SZ", time.gmtime())
        aside.mkdir()
        link = self.postgres.readlink() if self.postgres.is_symlink() else None
        for part in parts:
            part.rename(aside / part.name)
        print(f"   What was in {self.folder} is in {aside} now. If you don't need it: rm -r {aside} {link or ''}".rstrip())
