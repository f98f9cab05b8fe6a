#!/usr/bin/env python3
"""A running service under load, scraped by a real Prometheus with the committed configuration: no panel is empty, counters say what
was sent, and faults raise their alerts."""

import json
import math
import os
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import dashboards
import psycopg2
import yaml
from demo_analytics import Analytics
from demo_service import Service, free_address

PROGRAM, TRAINER, PROMETHEUS = (os.environ.get(name) for name in ("PROGRAM", "TRAINER", "PROMETHEUS"))
PATIENCE_SECONDS = 120
WINDOW_SECONDS = 3
ITEMS = 60


def log(path):
    """150 users, each through 10 of the items, a few of which are much sought."""
    chance = random.Random(5)
    with open(path, "w") as file:
        file.write("user,item,time\n")
        for user in range(150):
            for step in range(10):
                item = int(ITEMS * chance.random() ** 2)
                file.write(f"u{user},i{item},{1_790_000_000 + 7200 * step + 40 * user}\n")


class Prometheus:
    def __init__(self, folder, target):
        self.folder = folder
        config = yaml.safe_load((dashboards.ROOT / "deploy/prometheus/prometheus.yml").read_text())
        config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        config["rule_files"] = [str(dashboards.ROOT / "deploy/prometheus/rules/*.yml")]
        (folder / "targets").mkdir()
        (folder / "targets/test.yml").write_text(yaml.safe_dump([{"targets": [target]}]))
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        address = free_address(0)
        self.url = f"http://{address}"
        self.process = subprocess.Popen(
            [PROMETHEUS, "--config.file", folder / "prometheus.yml", "--storage.tsdb.path", folder / "data", "--web.listen-address", address],
            stdout=subprocess.DEVNULL, stderr=open(folder / "log", "w"),
        )  # fmt: skip

    def await_ready(self):
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return urllib.request.urlopen(f"{self.url}/-/ready", timeout=5).close()
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def query(self, expression):
        """[(labels, value)] of what is not a NaN."""
        url = f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                result = json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from error
        return [(one["metric"], float(one["value"][1])) for one in result if math.isfinite(float(one["value"][1]))]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


class LiveTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not TRAINER:
            raise unittest.SkipTest("built without the trainer")
        cls.out = Path(tempfile.mkdtemp(prefix="sasrec-live-", dir="/tmp"))
        cls.out.chmod(0o755)  # PostgreSQL may run as another account
        cls.addClassCleanup(shutil.rmtree, cls.out, ignore_errors=True)
        data, cls.checkpoints = cls.out / "log.csv", cls.out / "checkpoints"
        log(data)
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([TRAINER, "train", "--data", data, "--out", cls.checkpoints, "--set", "epochs=2", "--set", "hidden=16"], **quiet)
        service = Service(PROGRAM, cls.out)
        os.environ["SASREC_MONITOR_WINDOW"] = str(WINDOW_SECONDS)
        cls.addClassCleanup(service.stop)
        cls.url = service.start(cls.checkpoints, free_address(0))
        (cls.out / "prometheus").mkdir()
        cls.prometheus = Prometheus(cls.out / "prometheus", cls.url.removeprefix("http://"))
        cls.addClassCleanup(cls.prometheus.stop)
        cls.prometheus.await_ready()
        cls.sent = {"requests": 0, "interactions": 0}
        cls.chance = random.Random(7)
        cls.unknown = 0  # as in the log: every item there had occurred before
        cls.failed = None
        cls.stopped = threading.Event()
        cls.load = threading.Thread(target=cls.run_load)
        cls.load.start()
        cls.addClassCleanup(cls.load.join)
        cls.addClassCleanup(cls.stopped.set)

    @classmethod
    def post(cls, path, body):
        headers = {"Content-Type": "application/json", "Prefer": "wait=20"}
        with urllib.request.urlopen(urllib.request.Request(cls.url + path, json.dumps(body).encode(), headers), timeout=30) as answer:
            return json.load(answer)

    @classmethod
    def run_load(cls):
        """Users ask, then choose: now and then what was recommended; in a flood, what nobody knows."""
        number = 0
        while not cls.stopped.is_set():
            number += 1
            user = f"u{cls.chance.randrange(150)}" if cls.chance.random() < 0.9 else f"stranger{number}"
            try:
                answer = cls.post("/v1/recommendations", {"user": user, "k": 10})
                cls.sent["requests"] += 1
                events = []
                for _ in range(cls.chance.randrange(3, 9)):
                    item = f"i{int(ITEMS * cls.chance.random() ** 2)}"
                    if cls.chance.random() < cls.unknown:
                        item = f"new{cls.chance.randrange(1000)}"
                    events.append({"user": user, "item": item, "kind": cls.chance.choice(("view", "view", "buy"))})
                if answer["items"] and cls.chance.random() < 0.3:
                    events[0] |= {"item": cls.chance.choice(answer["items"])["item"], "recommendation": answer["id"]}
                cls.post("/v1/interactions", {"interactions": events})
                cls.sent["interactions"] += len(events)
            except Exception as error:  # shown by the test that waits
                cls.failed = error
                return
            cls.stopped.wait(0.01)

    def eventually(self, look, what):
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            self.assertIsNone(self.failed)
            if look():
                return
            time.sleep(0.5)
        self.fail(what() if callable(what) else what)

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

    def test_4_a_scrape_is_small_and_quick(self):
        self.assertLessEqual(len(self.series()), 1000)
        # The quickest: this machine has other work.
        took = [value for _, value in self.prometheus.query('min_over_time(scrape_duration_seconds{job="sasrec"}[1m])')]
        self.assertTrue(took and took[0] <= 0.02, took)

    def test_5_a_flood_of_unknown_items_is_drift(self):
        alarm = 'sasrec_drift_alarm{feature="unknown_items"} == 1'
        firing = 'ALERTS{alertname="SasrecDrift", alertstate="firing", feature="unknown_items"}'
        self.assertFalse(self.prometheus.query(firing))
        type(self).unknown = 0.7
        begin = time.time()
        self.eventually(lambda: self.prometheus.query(alarm), lambda: str(self.prometheus.query("sasrec_drift_observations")))
        # Two whole windows, and the one that had begun; one more may be over by the time that this looks.
        end = self.prometheus.query("sasrec_monitor_window_end_timestamp_seconds")[0][1]
        self.assertLessEqual(end - begin, 4 * WINDOW_SECONDS)
        self.eventually(lambda: self.prometheus.query(firing), "no alert")
        type(self).unknown = 0

    def test_6_a_bad_model_is_refused_and_told(self):
        good = (self.checkpoints / "CURRENT").read_text().strip()
        bad = f"29991231T235959Z-{int(good[-6:]) + 1:06}"
        shutil.copytree(self.checkpoints / good, self.checkpoints / bad)
        weights = self.checkpoints / bad / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
        new = self.checkpoints / "CURRENT.new"
        new.write_text(bad + "\n")
        new.rename(self.checkpoints / "CURRENT")
        firing = 'ALERTS{alertname="SasrecModelRefused", alertstate="firing"}'
        self.eventually(lambda: self.prometheus.query(firing), "no alert")
        self.assertEqual([labels["version"] for labels, _ in self.prometheus.query("sasrec_model_info")], [good])

    def test_7_counters_equal_what_was_sent(self):
        self.stopped.set()
        self.load.join()
        self.assertIsNone(self.failed)

        def equal():
            counted = {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in self.series()}
            self.found = {
                "requests": counted["sasrec_requests_accepted_total"],
                "answered": sum(value for name, value in counted.items() if name.startswith("sasrec_answers_total")),
                "written": counted["sasrec_results_written_total"],
                "interactions": counted["sasrec_interactions_written_total"],
            }
            requests = self.sent["requests"]
            return self.found == {**self.sent, "answered": requests, "written": requests}

        self.eventually(equal, lambda: f"{self.found}, sent {self.sent}")


if __name__ == "__main__":
    unittest.main()
