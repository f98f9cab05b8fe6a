"""What the tests on running services share: a log, a Prometheus with the committed configuration, and load."""

import datetime
import json
import math
import os
import random
import re
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import dashboards
import yaml
from demo_service import free_address

PROMETHEUS = os.environ.get("PROMETHEUS")
PATIENCE_SECONDS = 120
ITEMS = 60
USERS = 300
CLIENTS = 3


def choose(chance):
    """A few items are much sought."""
    return int(ITEMS * chance.random() ** 2)


def histories():
    """Items of each user, oldest first."""
    chance = random.Random(5)
    return [[f"i{choose(chance)}" for _ in range(chance.randrange(8, 25))] for _ in range(USERS)]


def write_log(path):
    """Users come and go within a month."""
    chance = random.Random(6)
    with open(path, "w") as file:
        file.write("user,item,time\n")
        for user, items in enumerate(histories()):
            begin = 1_790_000_000 + chance.randrange(30 * 86_400)
            for step, item in enumerate(items):
                file.write(f"u{user},{item},{begin + 1800 * step}\n")


def faster(rule, factor):
    """The rule where time runs so many times as fast: its `for` and the ranges it looks at are as much shorter."""

    def shorter(match):
        seconds = int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[match[2]]
        return f"{max(1, round(1000 * seconds / factor))}ms"

    expression = re.sub(r"(?<=\[)(\d+)([smhd])(?=\])", shorter, rule["expr"])
    rule["expr"] = re.sub(r"(?<=offset )(\d+)([smhd])", shorter, expression)
    if "for" in rule:
        rule["for"] = re.sub(r"^(\d+)([smhd])$", shorter, str(rule["for"]))


class Prometheus:
    """Scrapes and evaluates every `interval` seconds. At another interval than the committed one the rules' times change as it does."""

    def __init__(self, folder, targets, interval, keep_rules=False):
        self.folder = folder
        self.interval = interval
        config = yaml.safe_load((dashboards.ROOT / "deploy/prometheus/prometheus.yml").read_text())
        usual = int(config["global"]["evaluation_interval"].removesuffix("s"))
        times = dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), f"{interval}s")
        config["global"] = times
        (folder / "rules").mkdir(parents=True)
        for path in (dashboards.ROOT / "deploy/prometheus/rules").glob("*.yml"):
            rules = yaml.safe_load(path.read_text())
            if not keep_rules:
                for group in rules["groups"]:
                    for rule in group["rules"]:
                        faster(rule, usual / interval)
            (folder / "rules" / path.name).write_text(yaml.safe_dump(rules))
        (folder / "targets").mkdir()
        (folder / "targets/test.yml").write_text(yaml.safe_dump([{"targets": targets}]))
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

    def get(self, path):
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}", timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode()}") from error

    def query(self, expression, at=None):
        """[(labels, value)] of what is not a NaN."""
        result = self.get("query?" + urllib.parse.urlencode({"query": expression} | ({"time": at} if at else {})))["result"]
        return [(one["metric"], float(one["value"][1])) for one in result if math.isfinite(float(one["value"][1]))]

    def alerts(self, name, **labels):
        """[(state, when it became active in Unix seconds)]"""
        return [
            (alert["state"], datetime.datetime.fromisoformat(re.sub(r"\.\d+Z$", "+00:00", alert["activeAt"])).timestamp())
            for alert in self.get("alerts")["alerts"] if {"alertname": name, **labels}.items() <= alert["labels"].items()
        ]  # fmt: skip

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


class Load:
    """Users of the log ask, with the histories that the log ends with, then choose: as in the log, and now and then what was
    recommended. One in ten is a stranger."""

    def __init__(self, url):
        self.url = url
        self.sent = {"requests": 0, "interactions": 0}
        self.failed = None
        self.unknown = 0  # share of interactions with items that nobody knows; as in the log: every item there had occurred before
        self.flipped = False  # who sought the popular items seeks the others
        self.halved = False  # of each history only the newer half is sent
        self.excluded = []
        self._histories = histories()
        self._stopped = threading.Event()
        self._counting = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _count(self, what, number):
        with self._counting:
            self.sent[what] += number

    def _post(self, path, body):
        headers = {"Content-Type": "application/json", "Prefer": "wait=20"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:  # a busy machine: nothing was accepted
                if error.code not in (429, 503) or time.monotonic() > until:
                    raise
                time.sleep(0.5)

    def _ask(self, chance):
        if chance.random() < 0.1:
            return {"user": f"stranger{chance.getrandbits(60)}", "k": 10}
        user = chance.randrange(USERS)
        history = self._histories[user][: -chance.choice((1, 2))]
        if self.halved:
            history = history[len(history) // 2 :]
        return {"user": f"u{user}", "history": history, "exclude": self.excluded, "k": 10}

    def _chosen(self, chance, user, answer):
        events = []
        for _ in range(chance.randrange(3, 9)):
            item = choose(chance)
            name = f"i{ITEMS - 1 - item if self.flipped else item}"
            if chance.random() < self.unknown:
                name = f"new{chance.randrange(1000)}"
            events.append({"user": user, "item": name, "kind": chance.choice(("view", "view", "buy"))})
        if answer.get("items") and chance.random() < 0.3:
            events[0] |= {"item": chance.choice(answer["items"])["item"], "recommendation": answer["id"]}
        return events

    def _run(self, number):
        chance = random.Random(number)
        while not self._stopped.is_set():
            try:
                ask = self._ask(chance)
                answer = self._post("/v1/recommendations", ask)
                self._count("requests", 1)
                events = self._chosen(chance, ask["user"], answer)
                self._post("/v1/interactions", {"interactions": events})
                self._count("interactions", len(events))
            except Exception as error:  # shown by the test that waits
                self.failed = error
                return
            self._stopped.wait(0.03)


class LiveTest(unittest.TestCase):
    """Of a subclass: prometheus, load."""

    def eventually(self, look, what):
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            self.assertIsNone(self.load.failed)
            found = look()
            if found:
                return found
            time.sleep(0.3)
        self.fail(what() if callable(what) else what)

    def expect_drift(self, feature, window, inject):
        """The alert of this feature within two whole windows from inject() on; silent before."""
        alerts = lambda: self.prometheus.alerts("SasrecDrift", feature=feature)
        self.eventually(
            lambda: self.prometheus.query(f'sasrec_drift_reference_windows{{feature="{feature}"}} >= 10'), f"no reference of {feature}"
        )
        self.eventually(lambda: self.prometheus.query(f'sasrec_drift_threshold{{feature="{feature}"}} > 0'), f"{feature} is not judged")
        self.assertEqual(alerts(), [], self.told(feature))
        inject()
        whole = math.ceil(time.time() / window) * window
        self.eventually(lambda: any(state == "firing" for state, _ in alerts()), lambda: self.told(feature))
        since = min(since for _, since in alerts())
        # What the monitor had read when the alert began.
        read = self.prometheus.query("sasrec_monitor_window_end_timestamp_seconds", at=since + 1)[0][1]
        self.assertLessEqual(read, whole + 2 * window, self.told(feature))

    def told(self, feature):
        return str([self.prometheus.query(f'sasrec_drift_{what}{{feature="{feature}"}}') for what in ("distance", "threshold", "observations")])
