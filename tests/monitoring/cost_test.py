#!/usr/bin/env python3
"""What counting costs: the operations on metrics that a request causes, counted by the metrics themselves in a service under load,
times what each takes, as a share of the processor time of a request. All of it is processor time: other work on the machine
doesn't count."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

import live
from demo_service import Service, free_address

PROGRAM, TRAINER, METRIC_COST = (os.environ.get(name) for name in ("PROGRAM", "TRAINER", "METRIC_COST"))
BAR = 0.01
SCRAPE_EVERY_SECONDS = 15


class CostTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not TRAINER:
            raise unittest.SkipTest("built without the trainer")
        out = Path(tempfile.mkdtemp(prefix="sasrec-cost-", dir="/tmp"))
        out.chmod(0o755)  # PostgreSQL may run as another account
        cls.addClassCleanup(shutil.rmtree, out, ignore_errors=True)
        live.write_log(out / "log.csv")
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        # A small model: the less a request costs, the more its counting weighs.
        train = [TRAINER, "train", "--data", out / "log.csv", "--checkpoints", out / "checkpoints", "--set", "epochs=1", "--set", "hidden=16"]
        subprocess.run(train, **quiet)
        service = Service(PROGRAM, out)
        cls.addClassCleanup(service.stop)
        subprocess.run([PROGRAM, "import", "--data", out / "log.csv", "--data-dir", out / "service"], **quiet)
        cls.url = service.start(out / "checkpoints", free_address(0))

    def scrape(self):
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=60) as answer:
            lines = [line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    def load(self, rate, seconds):
        command = [PROGRAM, "bench", "http", "--url", self.url, "--rate", rate, "--seconds", seconds, "--history", "5", "15", "--json"]
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertTrue(done.stdout, done.stderr)

    def test_counting_costs_less_than_a_hundredth(self):
        self.load(200, 2)  # everything has been used once
        before = self.scrape()
        self.load(500, 6)
        after = self.scrape()
        grown = {name: after[name] - before.get(name, 0) for name in after}
        total = lambda *names: sum(value for name, value in grown.items() if name.split("{")[0] in names)
        requests = total("sasrec_requests_accepted_total")
        self.assertGreater(requests, 500)
        cost = json.loads(subprocess.run([METRIC_COST], check=True, capture_output=True, text=True).stdout)

        # A counter that grows by n in one step counts n times here, one that grows by 0 not at all: unknown items, once an answer.
        http = total("sasrec_http_requests_total")
        labelled = total("sasrec_results_total", "sasrec_answers_total")
        database = total("sasrec_database_duration_seconds_count")
        special = ("sasrec_http_", "sasrec_results_total", "sasrec_answers_total", "sasrec_database_")
        plain = {name: value for name, value in grown.items() if name.startswith("sasrec_") and not name.startswith(special)}
        counters = sum(value for name, value in plain.items() if name.split("{")[0].endswith("_total"))
        counters += total("sasrec_answers_total", "sasrec_http_connections_total")
        histograms = sum(value for name, value in plain.items() if name.split("{")[0].endswith("_count"))
        spent = http * cost["http"] + labelled * cost["labelled"] + database * cost["database"]
        spent += counters * cost["counter"] + histograms * cost["histogram"]
        operations = http + labelled + database + counters + histograms
        processor = 1e9 * grown["process_cpu_seconds_total"]
        share = spent / processor + cost["scrape"] / (1e9 * SCRAPE_EVERY_SECONDS)
        print(
            f"a request: {processor / requests / 1000:.0f} us of processor time, {operations / requests:.1f} operations on metrics, "
            f"{spent / requests:.0f} ns; with a scrape every {SCRAPE_EVERY_SECONDS} s {100 * share:.2f} %; each operation, ns: {cost}"
        )
        self.assertGreater(operations / requests, 10)
        self.assertLess(share, BAR)


if __name__ == "__main__":
    unittest.main()
