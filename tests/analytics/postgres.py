"""A PostgreSQL of a test's own, with the service's tables and the roles of the analytics."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from sasrec_analytics import __main__ as program

BIN = Path(os.environ["POSTGRES_BIN"])
SASREC = Path(os.environ["PROGRAM"])
PATIENCE_SECONDS = 60


def account():
    """Who runs servers: PostgreSQL refuses to run as root. None: who runs the tests."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def as_account():
    """Arguments of subprocess functions."""
    who = account()
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if who else {}


class Postgres:
    def __init__(self, migrated=True):
        self.folder = Path(tempfile.mkdtemp(prefix="sasrec-analytics-", dir="/tmp"))
        if account():
            os.chown(self.folder, account().pw_uid, account().pw_gid)
        self.server = None
        try:
            self._start()
            if migrated:
                self.migrate("postgres")
        except BaseException:
            self.stop()
            raise

    def _start(self):
        data = self.folder / "data"
        subprocess.run(
            [BIN / "initdb", "--pgdata", data, "--username", "sasrec", "--auth", "trust", "--encoding", "UTF8",
             "--locale", "C.UTF-8", "--wal-segsize", "4", "--no-sync", "--no-instructions"],
            check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **as_account(),
        )  # fmt: skip
        with open(data / "postgresql.conf", "a") as settings:
            settings.write(
                f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\nfsync = off\nfull_page_writes = off\n"
                "dynamic_shared_memory_type = mmap\nautovacuum = off\n"
            )
        with open(self.folder / "log", "w") as log:
            self.server = subprocess.Popen(
                [BIN / "postgres", "-D", data], stdout=log, stderr=log, cwd=self.folder, **as_account()
            )
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.connect().close()
                return
            except psycopg2.OperationalError:
                if self.server.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def url(self, user="sasrec", database="postgres"):
        return f"host={self.folder} user={user} dbname={database}"

    def connect(self, user="sasrec", database="postgres"):
        connection = psycopg2.connect(self.url(user, database), options="-c timezone=UTC")
        connection.autocommit = True
        return connection

    def migrate(self, database):
        subprocess.run([SASREC, "migrate", "--database", self.url(database=database)], check=True, stdout=subprocess.DEVNULL)
        program.roles(self.url(database=database))

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait(timeout=PATIENCE_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)
