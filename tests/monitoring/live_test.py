#!/usr/bin/env python3
"""A running service under load, scraped by a real Prometheus with the committed configuration: no panel is empty, counters say what
was sent, and faults raise their alerts."""

import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

import dashboards
import live
import psycopg2
import yaml
from demo_analytics import Analytics
from demo_service import Service, free_address

PROGRAM, TRAINER = (os.environ.get(name) for name in ("PROGRAM", "TRAINER"))
WINDOW_SECONDS = 3


class ServiceTest(live.LiveTest):
    @classmethod
    def setUpClass(cls):
        if not TRAINER:
            raise unittest.SkipTest("built without the trainer")
        cls.out = Path(tempfile.mkdtemp(prefix="sasrec-live-", dir="/tmp"))
        cls.out.chmod(0o755)  # PostgreSQL may run as another account
        cls.addClassCleanup(shutil.rmtree, cls.out, ignore_errors=True)
        data, cls.checkpoints = cls.out / "log.csv", cls.out / "checkpoints"
        live.write_log(data)
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([TRAINER, "train", "--data", data, "--checkpoints", cls.checkpoints, "--set", "epochs=2", "--set", "hidden=16"], **quiet)
        service = Service(PROGRAM, cls.out)
        os.environ["SASREC_MONITOR_WINDOW"] = str(WINDOW_SECONDS)
        cls.addClassCleanup(service.stop)
        cls.url = service.start(cls.checkpoints, free_address(0))
        # The rules as they are: panels show what they record over minutes.
        cls.prometheus = live.Prometheus(cls.out / "prometheus", [cls.url.removeprefix("http://")], 1, keep_rules=True)
        cls.addClassCleanup(cls.prometheus.stop)
        cls.prometheus.await_ready()
        cls.load = live.Load(cls.url)
        cls.addClassCleanup(cls.load.stop)

    def series(self):
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:
            return [line for line in answer.read().decode().splitlines() if line and not line.startswith("#")]

    def test_1_no_panel_is_empty(self):
        for board, panel, target in dashboards.targets("prometheus"):
            with self.subTest(f"{board}: {panel['title']}"):
                expression = dashboards.promql(target["expr"], "20s")
                self.eventually(lambda e=expression: self.prometheus.query(e), f"nothing for {expression}")

    def test_2_no_panel_of_the_marts_is_empty(self):
        analytics = Analytics(self.out)
        self.assertEqual(analytics.run("sasrec", "roles"), 0)
        analytics.state.mkdir(exist_ok=True)
        self.assertEqual(analytics.run("sasrec_dbt", "run", "--state", str(analytics.state), "--wait", "60"), 0)
        connection = psycopg2.connect(analytics.url("sasrec_reader"))
        self.addCleanup(connection.close)
        for board, panel, target in dashboards.targets("postgres"):
            with self.subTest(f"{board}: {panel['title']}"), connection.cursor() as cursor:
                cursor.execute(dashboards.sql(target["rawSql"]))
                rows = cursor.fetchall()
                self.assertEqual(cursor.description[0].name, "time")
                for column in range(1, len(cursor.description)):
                    self.assertTrue(any(row[column] is not None for row in rows), cursor.description[column].name)

    def test_3_every_metric_of_the_rules_is_there(self):
        names = {line.split("{")[0].split(" ")[0] for line in self.series()}
        for path in (dashboards.ROOT / "deploy/prometheus/rules").glob("*.yml"):
            rules = [rule for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]
            for rule in rules:
                for name in re.findall(r"(?<![\w:])sasrec_\w+", rule["expr"]):
                    self.assertIn(name, names, rule)

    def test_3_names_and_labels_are_as_they_should(self):
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:
            text = answer.read()
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))  # units, _total, help
        values = re.findall(r'(\w+)="([^"]*)"', "\n".join(self.series()))
        few = {"route", "method", "status", "reason", "source", "stage", "le", "topic", "outcome", "operation", "state", "queue", "dependency"}
        few |= {"feature", "statistic", "version", "ranker", "k"}
        self.assertLessEqual({name for name, _ in values}, few)
        for name, value in values:  # of users, items, requests
            self.assertNotRegex(value, r"^(u|i|stranger|new)\d+$|[0-9a-f]{8}-[0-9a-f]{4}-", name)

    def test_4_a_scrape_is_small_and_quick(self):
        self.assertLessEqual(len(self.series()), 1000)
        # The median of twenty in a row. While other work starves the service no twenty tell how long a scrape takes: later ones do.
        scrapes = 'scrape_duration_seconds{job="sasrec"}[20s]'
        median = f"quantile_over_time(0.5, {scrapes}) and count_over_time({scrapes}) >= 15"
        self.eventually(
            lambda: any(took <= 0.02 for _, took in self.prometheus.query(median)), lambda: f"a scrape takes {self.prometheus.query(median)}"
        )

    def test_5_a_flood_of_unknown_items_is_drift(self):
        self.addCleanup(setattr, self.load, "unknown", 0)
        self.expect_drift("unknown_items", WINDOW_SECONDS, lambda: setattr(self.load, "unknown", 0.7))

    def test_6_a_bad_model_is_refused_and_told(self):
        good = (self.checkpoints / "CURRENT").read_text().strip()
        bad = f"29991231T235959Z-{int(good[-6:]) + 1:06}"
        shutil.copytree(self.checkpoints / good, self.checkpoints / bad)
        weights = self.checkpoints / bad / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
        new = self.checkpoints / "CURRENT.new"
        new.write_text(bad + "\n")
        new.rename(self.checkpoints / "CURRENT")
        refused = lambda: any(line.startswith('sasrec_model_loads_total{outcome="corrupt"} 1') for line in self.series())
        self.eventually(refused, "it isn't refused")
        begin = time.time()
        alerts = self.eventually(lambda: self.prometheus.alerts("SasrecModelRefused"), "no alert")
        # Of a second each: one until a scrape sees it, one until the rules are looked at; a second for what the machine does besides.
        self.assertLessEqual(min(since for _, since in alerts) - begin, 3)
        self.assertEqual([labels["version"] for labels, _ in self.prometheus.query("sasrec_model_info")], [good])

    def test_7_counters_equal_what_was_sent(self):
        self.load.stop()
        self.assertIsNone(self.load.failed)

        def equal():
            counted = {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in self.series()}
            self.found = {
                "requests": counted["sasrec_requests_accepted_total"],
                "answered": sum(value for name, value in counted.items() if name.startswith("sasrec_answers_total")),
                "written": counted["sasrec_results_written_total"],
                "interactions": counted["sasrec_interactions_written_total"],
            }
            requests = self.load.sent["requests"]
            return self.found == {**self.load.sent, "answered": requests, "written": requests}

        self.eventually(equal, lambda: f"{self.found}, sent {self.load.sent}")


if __name__ == "__main__":
    unittest.main()
