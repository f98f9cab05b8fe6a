"""Builds the marts every hour, each time in a process of its own."""

import datetime
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
from apscheduler.schedulers.blocking import BlockingScheduler
from prometheus_client import start_http_server

from . import database
from .metrics import Metrics
from .outcome import Outcome

BUSY = 75  # EX_TEMPFAIL: what `run` ends with if another build is under way
RETRY_SECONDS = 300
TERMINATE_SECONDS = 10
log = logging.getLogger("sasrec_analytics")


def last_build(url):
    """When the last complete build began, in Unix seconds; None if there was none, or nobody can say."""
    try:
        connection = database.connect(url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT extract(epoch FROM started_at)::float8 FROM {database.SCHEMA}.int_last_build")
                return cursor.fetchone()[0]
        finally:
            connection.close()
    except (psycopg2.Error, TypeError):
        return None


class Schedule:
    """One build at a time. An hour that was missed, also while this program did not run, is made up once.

    url           the database; `command` has it as ANALYTICS_DATABASE
    command       what builds once; it gets `--outcome FILE` and writes its Outcome there
    interval      seconds from the beginning of a build to that of the next
    limit         seconds that a build may take
    retry         seconds after which one that failed, or found another under way, is tried again
    """

    def __init__(self, url, command, interval, limit, retry=RETRY_SECONDS):
        self.url = url
        self.command = command
        self.limit = limit
        self.retry = min(retry, interval)
        self.metrics = Metrics()
        self.child = None
        self.scheduler = BlockingScheduler(timezone=datetime.timezone.utc)
        last = last_build(url)
        if last is not None:
            self.metrics.last_success.set(last)
        now = time.time()
        first = now if last is None else min(max(last + interval, now), now + interval)
        self.job = self.scheduler.add_job(
            self.run_once, "interval", seconds=interval, max_instances=1, coalesce=True, misfire_grace_time=None,
            next_run_time=datetime.datetime.fromtimestamp(first, datetime.timezone.utc),
        )  # fmt: skip

    def run(self, host, port):
        """Until SIGTERM or SIGINT; metrics at http://host:port/metrics. Raises OSError if the port is taken."""
        start_http_server(port, addr=host, registry=self.metrics.registry)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        log.info("metrics at http://%s:%d/metrics", host, port)
        self.scheduler.start()

    def stop(self, *_):
        # A build that is cut short leaves each mart as it was or as it will be.
        if self.child:
            self.child.terminate()
        self.scheduler.shutdown(wait=False)

    def run_once(self):
        started = time.time()
        self.metrics.running.set(1)
        try:
            outcome = self.spawn()
        finally:
            self.metrics.running.set(0)
        if outcome is None:
            self.metrics.runs.labels("busy").inc()
            log.info("another build is under way")
            self.try_again()
            return
        self.metrics.record(outcome, started)
        if outcome.success:
            log.info("built in %.1f s", outcome.seconds)
        else:
            log.error("failed: %d models, %d tests %s", outcome.failed_models, outcome.failed_tests, outcome.error)
            self.try_again()

    def try_again(self):
        again = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.retry)
        if self.scheduler.running and self.job.next_run_time > again:
            self.job.modify(next_run_time=again)

    def spawn(self):
        """The Outcome of one build in a process of its own; None if another one is under way."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "outcome.json"
            begin = time.monotonic()
            self.child = subprocess.Popen(
                [*self.command, "--outcome", str(file)],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "ANALYTICS_DATABASE": self.url},  # not among the arguments, which everybody can read
            )
            try:
                code = self.child.wait(timeout=self.limit)
                error = f"it ended with {code}"
            except subprocess.TimeoutExpired:
                end(self.child)
                code, error = None, f"it took longer than {self.limit:g} s"
            seconds = time.monotonic() - begin
            self.child = None
            if code == BUSY:
                return None
            try:
                return Outcome(**json.loads(file.read_text()))
            except (OSError, ValueError, TypeError):
                return Outcome(success=False, seconds=seconds, error=error)


def end(process):
    process.terminate()
    try:
        process.wait(timeout=TERMINATE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def command(arguments):
    """This program's `run` with the arguments."""
    return [sys.executable, "-m", "sasrec_analytics", "run", *arguments]


def give_way(priority):
    """The service comes first. low: a small share of the processor; idle: only what nobody else wants, so that on a machine that is
    busy all the time a build may not end."""
    os.setpriority(os.PRIO_PROCESS, 0, max(10, os.getpriority(os.PRIO_PROCESS, 0)))
    if priority == "idle":
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
