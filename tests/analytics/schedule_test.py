#!/usr/bin/env python3
"""The schedule: no overlap, what was missed once, what fails again soon, and what it tells Prometheus. Builds are stand-ins here."""

import http.server
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import unittest.mock
from pathlib import Path

from demo_service import free_address
from postgres import Postgres

from sasrec_analytics import build, dead_letters
from sasrec_analytics.schedule import BUSY, Schedule

# Notes when it ran, waits, writes an outcome.
STAND_IN = """
import json, sys, time
folder, seconds, code = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
with open(folder + "/runs", "a") as runs:
    runs.write("begin\\n")
time.sleep(seconds)
with open(folder + "/runs", "a") as runs:
    runs.write("end\\n")
outcome = {"success": code == 0, "seconds": 1.5, "failed_tests": 2 * code, "failed_models": code, "source_ages": {"interactions": 7.0}, "stale_sources": 1}
if code < 2:
    open(sys.argv[5], "w").write(json.dumps(outcome))
sys.exit(code)
"""


def eventually(what, seconds=30):
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            raise AssertionError("it did not happen")
        time.sleep(0.02)


class ScheduleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.stop)
        cls.connection = cls.postgres.connect()
        cls.addClassCleanup(cls.connection.close)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        with self.connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS analytics.int_last_build")

    def last_build(self, seconds_ago):
        with self.connection.cursor() as cursor:
            cursor.execute("CREATE TABLE analytics.int_last_build AS SELECT now() - %s * interval '1 second' AS started_at", [seconds_ago])

    def schedule(self, interval=3600, seconds=0, code=0, limit=60, retry=300):
        command = [sys.executable, "-c", STAND_IN, str(self.folder), str(seconds), str(code)]
        made = Schedule(self.postgres.url(), command, interval, limit, retry)
        self.addCleanup(lambda: made.scheduler.running and made.stop())
        return made

    def runs(self):
        file = self.folder / "runs"
        return file.read_text().split() if file.exists() else []

    def start(self, made):
        thread = threading.Thread(target=made.scheduler.start)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(lambda: made.scheduler.running and made.stop())

    def test_an_hour_that_was_missed_is_made_up_once(self):
        self.last_build(seconds_ago=5 * 3600)
        made = self.schedule()
        self.start(made)
        eventually(lambda: self.runs() == ["begin", "end"] and not made.child)
        self.assertGreater(made.job.next_run_time.timestamp(), time.time() + 3500)

    def test_after_a_restart_it_waits_for_the_rest_of_the_hour(self):
        self.last_build(seconds_ago=600)
        due = self.schedule().job.next_run_time.timestamp()
        self.assertAlmostEqual(due, time.time() + 3000, delta=60)

    def test_a_clock_that_was_ahead_puts_nothing_off(self):
        self.last_build(seconds_ago=-1_000_000)
        self.assertLess(self.schedule().job.next_run_time.timestamp(), time.time() + 3601)

    def test_the_first_build_is_at_once(self):
        self.assertLessEqual(self.schedule().job.next_run_time.timestamp(), time.time())

    def test_builds_don_t_overlap(self):
        made = self.schedule(interval=0.05, seconds=0.3)
        self.start(made)
        eventually(lambda: len(self.runs()) >= 6)
        made.stop()
        self.assertEqual(self.runs()[:6], ["begin", "end"] * 3)

    def test_one_that_failed_or_gave_way_is_tried_again_soon(self):
        for code in (1, BUSY):
            made = self.schedule(code=code, retry=0.1)
            before = len(self.runs())
            self.start(made)
            eventually(lambda: len(self.runs()) >= before + 4)
            made.stop()

    def test_one_that_takes_too_long_is_ended(self):
        made = self.schedule(seconds=600, limit=0.5)
        outcome = made.spawn()
        self.assertFalse(outcome.success)
        self.assertIn("longer than 0.5 s", outcome.error)

    def test_one_that_says_nothing_has_failed(self):
        outcome = self.schedule(code=3).spawn()
        self.assertFalse(outcome.success)
        self.assertIn("ended with 3", outcome.error)

    def value(self, made, name, labels=None):
        return made.metrics.registry.get_sample_value(f"sasrec_analytics_{name}", labels or {})

    def test_metrics(self):
        self.last_build(seconds_ago=7200)
        good, bad, busy = self.schedule(), self.schedule(code=1), self.schedule(code=BUSY)
        self.assertAlmostEqual(self.value(good, "last_success_timestamp_seconds"), time.time() - 7200, delta=60)
        for made in (good, bad, busy):
            made.run_once()
        self.assertAlmostEqual(self.value(good, "last_success_timestamp_seconds"), time.time(), delta=60)
        self.assertAlmostEqual(self.value(bad, "last_success_timestamp_seconds"), time.time() - 7200, delta=60)
        self.assertEqual(self.value(good, "last_duration_seconds"), 1.5)
        self.assertEqual(self.value(good, "failed_tests"), 0)
        self.assertEqual(self.value(bad, "failed_tests"), 2)
        self.assertEqual(self.value(bad, "failed_models"), 1)
        self.assertEqual(self.value(good, "source_age_seconds", {"source": "interactions"}), 7)
        self.assertEqual(self.value(good, "stale_sources"), 1)
        self.assertEqual(self.value(good, "running"), 0)
        for made, outcome in ((good, "success"), (bad, "failed"), (busy, "busy")):
            self.assertEqual(self.value(made, "runs_total", {"outcome": outcome}), 1)

    def test_a_second_build_waits_or_gives_way(self):
        first, second = self.postgres.connect("sasrec_dbt"), self.postgres.connect("sasrec_dbt")
        self.addCleanup(second.close)
        build.take_lock(first, 0)
        with self.assertRaises(build.Busy):
            build.take_lock(second, 0.1)
        threading.Timer(0.3, first.close).start()
        build.take_lock(second, 30)



class DeadLettersTest(unittest.TestCase):
    """Read from a stand-in for a service."""

    def serve(self, text, key=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                allowed = key is None or self.headers["Authorization"] == f"Bearer {key}"
                self.send_response(200 if allowed else 401)
                self.end_headers()
                self.wfile.write(text.encode() if allowed else b"")

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}/metrics"

    COUNTED = (
        '# TYPE sasrec_dead_letters_total counter\nsasrec_dead_letters_total{topic="sasrec.requests"} 3\n'
        'sasrec_dead_letters_total{topic="sasrec.results"} 0\n'
    )

    def test_they_are_read_by_topic(self):
        self.assertEqual(dead_letters.read(self.serve(self.COUNTED)), {"sasrec.requests": 3, "sasrec.results": 0})

    def test_a_key_is_shown_where_one_is_wanted(self):
        address = self.serve(self.COUNTED, key="k")
        self.assertRaises(OSError, dead_letters.read, address)
        with tempfile.NamedTemporaryFile("w") as file, unittest.mock.patch.dict(os.environ, ANALYTICS_METRICS_KEY_FILE=file.name):
            file.write("k\n")
            file.flush()
            self.assertEqual(dead_letters.read(address)["sasrec.requests"], 3)

    def test_without_them_it_says_so(self):
        self.assertRaises(ValueError, dead_letters.read, self.serve(""))
        self.assertRaises(OSError, dead_letters.read, f"http://{free_address(1)}/metrics")


class ProgramTest(unittest.TestCase):
    def run_program(self, *arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "sasrec_analytics", *arguments], capture_output=True, text=True,
            env={**os.environ, **environment},
        )  # fmt: skip

    @unittest.skipIf(os.geteuid() != 0, "who is not root can't try it as root")
    def test_it_doesn_t_run_as_root(self):
        for command in ("run", "schedule"):
            answer = self.run_program(command, "--database", "host=/nowhere")
            self.assertEqual(answer.returncode, 2)
            self.assertIn("root", answer.stderr)

    def test_what_is_wrong_is_said(self):
        for arguments, code, text in (
            (["show"], 2, "ANALYTICS_DATABASE"),
            (["show", "--database", "postgres://["], 2, "can't be read"),
            (["show", "--database", "host=/nowhere"], 1, "/nowhere"),
        ):  # fmt: skip
            answer = self.run_program(*arguments)
            self.assertEqual(answer.returncode, code, answer.stderr)
            self.assertIn(text, answer.stderr)
            self.assertNotIn("Traceback", answer.stderr)

    def test_why_a_build_failed_is_said(self):
        """Here dbt refuses its folder, before it asks the database anything."""
        postgres = Postgres()
        self.addCleanup(postgres.stop)
        code = (
            "import pathlib, sys; from sasrec_analytics import __main__ as program, database; import os; os.geteuid = lambda: 1;"
            "database.PROJECT = pathlib.Path('/no/such/project'); sys.exit(program.main())"
        )
        with tempfile.TemporaryDirectory() as state:
            answer = subprocess.run(
                [sys.executable, "-c", code, "run", "--state", state, "--database", postgres.url("sasrec_dbt")], capture_output=True, text=True
            )
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertRegex(answer.stderr, "error: the marts are not built: .*/no/such/project")

    def test_builds_give_way_to_everything_else(self):
        code = "import os, sys; from sasrec_analytics.schedule import give_way; give_way(sys.argv[1]); print(os.nice(0), os.sched_getscheduler(0))"
        for priority, policy in (("low", os.SCHED_OTHER), ("idle", os.SCHED_IDLE)):
            answer = subprocess.run([sys.executable, "-c", code, priority], capture_output=True, text=True)
            nice, scheduler = answer.stdout.split()
            self.assertGreaterEqual(int(nice), 10)
            self.assertEqual(int(scheduler), policy)

    def test_the_address_may_stand_in_a_file(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("host=/nowhere user=x password=secret\n")
            file.flush()
            answer = self.run_program("show", ANALYTICS_DATABASE_FILE=file.name)
        self.assertIn("/nowhere", answer.stderr)
        self.assertNotIn("secret", answer.stderr)


logging.disable()
if __name__ == "__main__":
    unittest.main()
