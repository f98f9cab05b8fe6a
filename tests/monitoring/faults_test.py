#!/usr/bin/env python3
"""Each role a process of its own, on a real Kafka and a real PostgreSQL, watched by a real Prometheus: what is broken is told by
its alert, within two intervals. The committed rules, with all their times shortened as the interval is."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

import live
from demo_service import free_address
from postgres import Postgres
from service_bench import Broker

PROGRAM, TRAINER, KAFKA = (os.environ.get(name) for name in ("PROGRAM", "TRAINER", "KAFKA"))
INTERVAL_SECONDS = 2
WINDOW_SECONDS = 5


class Role:
    def __init__(self, out, name, *arguments):
        self.address = free_address(0)
        listen = "--listen" if name == "api" else "--monitoring"
        command = [PROGRAM, name, listen, self.address, *arguments]
        self.log = out / f"{name}.log"
        self.process = subprocess.Popen([str(part) for part in command], stdout=open(self.log, "w"), stderr=subprocess.STDOUT)

    def await_ready(self):
        until = time.monotonic() + live.PATIENCE_SECONDS
        while True:
            try:
                return urllib.request.urlopen(f"http://{self.address}/readyz", timeout=5).close()
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise RuntimeError(self.log.read_text()[-2000:])
                time.sleep(0.1)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.kill()


class FaultsTest(live.LiveTest):
    @classmethod
    def setUpClass(cls):
        if not TRAINER:
            raise unittest.SkipTest("built without the trainer")
        out = Path(tempfile.mkdtemp(prefix="sasrec-faults-", dir="/tmp"))
        cls.addClassCleanup(shutil.rmtree, out, ignore_errors=True)
        (out / "kafka").mkdir()
        cls.broker = Broker(KAFKA, out / "kafka")
        cls.addClassCleanup(cls.broker.stop)
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.stop)
        live.write_log(out / "log.csv")
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        settings = [part for text in ("epochs=10", "hidden=16") for part in ("--set", text)]
        subprocess.run([TRAINER, "train", "--data", out / "log.csv", "--checkpoints", out / "checkpoints", *settings], **quiet)
        database = ["--database", cls.postgres.url()]
        bus = ["--bus", f"kafka://{cls.broker.address}"]
        models = ["--checkpoints", out / "checkpoints"]
        cls.roles = {
            "api": Role(out, "api", *database, *bus, *models),
            "worker": Role(out, "worker", *database, *bus, *models),
            "writer": Role(out, "writer", *database, *bus),
            "monitor": Role(out, "monitor", *database, *models, "--monitor-window", WINDOW_SECONDS),
        }
        for role in cls.roles.values():
            cls.addClassCleanup(role.stop)
        for role in cls.roles.values():
            role.await_ready()
        cls.prometheus = live.Prometheus(out / "prometheus", [role.address for role in cls.roles.values()], INTERVAL_SECONDS)
        cls.addClassCleanup(cls.prometheus.stop)
        cls.prometheus.await_ready()
        cls.load = live.Load(f"http://{cls.roles['api'].address}")
        cls.addClassCleanup(cls.load.stop)

    def expect_alert(self, name, inject, **labels):
        """Active within two intervals from inject() on, and firing after the rule's `for`; silent before."""
        self.assertEqual(self.prometheus.alerts(name), [])
        inject()
        begin = time.time()
        alerts = lambda: self.prometheus.alerts(name, **labels)
        self.eventually(lambda: any(state == "firing" for state, _ in alerts()), lambda: f"no {name}")
        took = min(since for _, since in alerts()) - begin
        print(f"{name}: active after {took:.1f} s")
        # One until a scrape sees it and one until the rules are looked at; a second for what the machine does besides.
        self.assertLessEqual(took, 2 * INTERVAL_SECONDS + 1)

    def test_1_popularity_flip(self):
        self.addCleanup(setattr, self.load, "flipped", False)
        self.expect_drift("item_popularity", WINDOW_SECONDS, lambda: setattr(self.load, "flipped", True))

    def test_2_history_length_halved(self):
        self.addCleanup(setattr, self.load, "halved", False)
        self.expect_drift("history_length", WINDOW_SECONDS, lambda: setattr(self.load, "halved", True))

    def test_3_score_shift(self):
        """What the model thinks best may not be recommended: what is left scores less."""
        self.eventually(lambda: not self.prometheus.alerts("SasrecDrift", feature="top_score"), "still drift of an earlier fault")
        self.addCleanup(setattr, self.load, "excluded", [])
        best = [f"i{item}" for item in range(live.ITEMS // 2)]
        self.expect_drift("top_score", WINDOW_SECONDS, lambda: setattr(self.load, "excluded", best))

    def test_4_worker_dead(self):
        self.load.stop()
        self.assertIsNone(self.load.failed)
        worker = self.roles["worker"]
        self.expect_alert("SasrecProcessDown", worker.kill, instance=worker.address)

    def test_5_bus_down(self):
        self.expect_alert("SasrecBusUnreachable", lambda: self.broker.process.kill(), instance=self.roles["api"].address)

    def test_6_database_down(self):
        self.expect_alert("SasrecDatabaseUnreachable", self.postgres.server.kill, instance=self.roles["api"].address)


if __name__ == "__main__":
    unittest.main()
