#!/usr/bin/env python3
"""Beside a running service, as `make demo` starts it: the marts renew themselves, and say what the service's own counters say."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import uuid
from pathlib import Path

from demo_analytics import Analytics
from demo_service import Service, free_address
from prometheus_client.parser import text_string_to_metric_families

from sasrec_analytics import report

PROGRAM, TRAINER = Path(os.environ["PROGRAM"]), os.environ.get("TRAINER")
PATIENCE_SECONDS = 120


def log(path):
    chance = random.Random(5)
    with open(path, "w") as file:
        file.write("user,item,time\n")
        for user in range(40):
            for step in range(8):
                file.write(f"u{user},i{chance.randrange(20)},{1_790_000_000 + 3600 * step + user}\n")


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.out = Path(tempfile.mkdtemp(prefix="sasrec-demo-", dir="/tmp"))
        self.out.chmod(0o755)  # PostgreSQL may run as another account
        self.addCleanup(shutil.rmtree, self.out, ignore_errors=True)
        data, checkpoints = self.out / "log.csv", self.out / "checkpoints"
        log(data)
        if TRAINER:
            self.run_quietly(TRAINER, "train", "--data", data, "--checkpoints", checkpoints, "--set", "epochs=1", "--set", "hidden=16")
        service = Service(PROGRAM, self.out)
        self.run_quietly(PROGRAM, "import", "--data", data, "--data-dir", self.out)
        self.addCleanup(service.stop)
        self.url = service.start(checkpoints, free_address(0))
        self.analytics = Analytics(self.out)
        self.addCleanup(self.analytics.stop)

    def run_quietly(self, *command):
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json", "Prefer": "wait=20"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def status(self, path, headers={}):
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers), timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def counters(self, url):
        """Samples of all counters and gauges by name and labels' values."""
        with urllib.request.urlopen(url, timeout=10) as answer:
            families = text_string_to_metric_families(answer.read().decode())
            return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}

    def visit(self, number):
        user = f"u{number}"
        answer = self.post("/v1/recommendations", {"user": user, "k": 5})
        event = {"id": str(uuid.uuid4()), "user": user, "item": answer["items"][0]["item"], "recommendation": answer["id"]}
        for _ in range(2):  # told twice
            self.post("/v1/interactions", {"interactions": [event, {"user": user, "item": "i1"}]} if number % 2 else {"interactions": [event]})
        self.post("/v1/recommendations", {"history": ["nobody knows this"], "k": 3})

    def since(self, begin):
        """Sums over the days since `begin`: the test may run over midnight."""
        total = {}
        connection = report.database.connect(self.analytics.url("sasrec_reader"))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sum(interactions), sum(predictions), sum(done), sum(failed), sum(expired), sum(pending), sum(clicked),"
                " sum(round(fallback_share * done)), max(model_versions) FROM analytics.dm_daily_stats WHERE date >= %s", [begin],
            )  # fmt: skip
            names = "interactions predictions done failed expired pending clicked fallbacks model_versions".split()
            total = dict(zip(names, cursor.fetchone()))
        connection.close()
        return total

    def expect_equal(self, begin):
        """The scheduler's next build has it all."""
        counted = self.counters(f"{self.url}/metrics")
        expected = {
            "interactions": counted["sasrec_interactions_written_total",],
            "predictions": counted["sasrec_requests_accepted_total",],
            **{status: counted["sasrec_results_total", status] for status in ("done", "failed")},
            "expired": counted["sasrec_sweeper_expired_total",],
            "pending": 0,
            "fallbacks": counted["sasrec_answers_total", "popular"],
        }  # fmt: skip
        until = time.monotonic() + PATIENCE_SECONDS
        found = {}
        while {name: found.get(name) for name in expected} != expected and time.monotonic() < until:
            time.sleep(0.2)
            try:
                found = self.since(begin)
            except report.database.psycopg2.Error:  # not built yet
                continue
        self.assertEqual({name: found.get(name) for name in expected}, expected, self.analytics.background.log.read_text())
        return found

    def test_the_marts_renew_themselves_and_equal_the_counters(self):
        begin = time.strftime("%Y-%m-%d", time.gmtime())
        for number in range(10):
            self.visit(number)
        metrics = self.analytics.start(self.url, "--interval", "2", "--priority", "low")
        first = self.expect_equal(begin)
        self.assertEqual(first["predictions"], 20)
        self.assertEqual(first["interactions"], 20)
        self.assertEqual(first["clicked"], 10)
        for number in range(10, 13):
            self.visit(number)
        second = self.expect_equal(begin)
        self.assertEqual(second["predictions"], 26)
        if TRAINER:
            self.assertTrue(second["model_versions"])
            self.assertLess(0, second["fallbacks"])
            self.assertLess(second["fallbacks"], second["done"])

        until = time.monotonic() + PATIENCE_SECONDS
        while (counted := self.counters(metrics))["sasrec_analytics_runs_total", "success"] < 2 and time.monotonic() < until:
            time.sleep(0.2)  # the marts are there a moment before their build has ended
        self.assertGreater(counted["sasrec_analytics_runs_total", "success"], 1)
        self.assertAlmostEqual(counted["sasrec_analytics_last_success_timestamp_seconds",], time.time(), delta=PATIENCE_SECONDS)
        self.assertEqual(counted["sasrec_analytics_failed_tests",], 0)
        self.assertLess(counted["sasrec_analytics_source_age_seconds", "interactions"], PATIENCE_SECONDS)

        with self.subTest("dead letters are looked at"):
            connection = report.database.connect(self.analytics.url("sasrec_reader"))
            with connection.cursor() as cursor:
                cursor.execute("SELECT sum(dead_letters) FROM analytics.dm_pipeline_daily WHERE date >= %s", [begin])
                self.assertEqual(cursor.fetchone(), (0,))
            connection.close()
        with self.subTest("the process is nobody's with power"):
            pid = self.analytics.background.running()
            status = Path(f"/proc/{pid}/status").read_text()
            self.assertNotIn("Uid:\t0\t", status)
        with self.subTest("make analytics"):
            code = "import sys, pathlib, demo_analytics; demo_analytics.Analytics(pathlib.Path(sys.argv[1])).build_and_show()"
            shown = subprocess.run([sys.executable, "-c", code, str(self.out)], capture_output=True, text=True)
            self.assertEqual(shown.returncode, 0, shown.stdout + shown.stderr)
            self.assertRegex(shown.stdout, r"predictions +\d")
        with self.subTest("with an API key the service is closed, and all else goes on"):
            key = subprocess.run([PROGRAM, "key", "create", "shop", "--data-dir", self.out], check=True, capture_output=True, text=True)
            self.assertIn(f"the PostgreSQL in {self.out}/postgres", key.stderr)
            until = time.monotonic() + PATIENCE_SECONDS
            while self.status("/v1/users") != 401 and time.monotonic() < until:
                time.sleep(0.2)  # the keys are read every 5 seconds
            self.assertEqual(self.status("/v1/users"), 401)
            self.assertEqual(self.status("/v1/users", {"Authorization": f"Bearer {key.stdout.strip()}"}), 200)
            self.assertEqual(self.status("/"), 200)
            shown = subprocess.run([sys.executable, "-c", code, str(self.out)], capture_output=True, text=True)
            self.assertEqual(shown.returncode, 0, shown.stdout + shown.stderr)
            self.assertRegex(shown.stdout, r"predictions +\d")
        with self.subTest("it ends when it is told to"):
            self.assertTrue(self.analytics.stop())
            self.assertIsNone(self.analytics.background.running())
            self.assertFalse(self.analytics.stop())


if __name__ == "__main__":
    unittest.main()
