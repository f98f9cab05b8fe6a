#!/usr/bin/env python3
"""How much a build of the marts is felt by those who ask the service: p99 of requests with and without one, in turns, on one machine.

usage: PYTHONPATH=tools benchmarks/analytics_bench.py --bin build/release/bin [--rate N] [--seconds N] [--rounds N] [--full-refresh]

The service has a million interactions, as service_bench.py draws them; builds follow each other without a pause, where they would be
an hour apart. Prints a table.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import threading
from pathlib import Path

import service_bench
from demo_analytics import Analytics


class Builds:
    """One after the other, in a thread, until the end of the block."""

    def __init__(self, analytics, more):
        self.analytics = analytics
        self.more = more
        self.count = 0

    def __enter__(self):
        self.end = threading.Event()
        self.thread = threading.Thread(target=self.build)
        self.thread.start()
        return self

    def build(self):
        while not self.end.is_set():
            if self.analytics.run("sasrec_dbt", "run", "--priority", "idle", "--state", str(self.analytics.state.resolve()), *self.more) != 0:
                raise SystemExit("a build failed")
            self.count += 1

    def __exit__(self, *_):
        self.end.set()
        self.thread.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--rate", type=int, default=100, help="requests a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--full-refresh", action="store_true", help="builds compute all days anew")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/tmp") as temporary:
        out = Path(temporary)
        os.chmod(out, 0o755)  # PostgreSQL may run as another account
        service_bench.draw_log(out / "log.csv")
        subprocess.run([options.bin / "sasrec", "import", "--data", out / "log.csv", "--data-dir", out / "service"], check=True)
        with open(out / "service.log", "w") as log:
            service = service_bench.Service(options.bin / "sasrec", out / "checkpoints", out / "service", log)
            analytics = Analytics(out)
            analytics.run("sasrec", "roles")
            # As if they had come when they happened: else all of them were new for the next two hours.
            subprocess.run(["psql", "-qd", analytics.url("sasrec"), "-c", "UPDATE interactions SET received = time"], check=True)
            subprocess.run(["psql", "-qd", analytics.url("sasrec"), "-c", "VACUUM FULL ANALYZE interactions"], check=True)
            measure = {"rate": options.rate, "seconds": options.seconds, "connections": 32}
            with Builds(analytics, []):
                service.bench(**measure)  # warm
            quiet, busy, builds = [], [], 0
            for _ in range(options.rounds):
                quiet.append(service.bench(**measure)["latency_ms"])
                with Builds(analytics, ["--full-refresh"] if options.full_refresh else []) as under_way:
                    busy.append(service.bench(**measure)["latency_ms"])
                builds += under_way.count
            service.stop()
    print(f"\n{builds} builds\n| percentile | quiet, ms | during builds, ms | times |\n|---|---:|---:|---:|")
    for percentile in ("p50", "p99"):
        without, during = (statistics.median(one[percentile] for one in series) for series in (quiet, busy))
        print(f"| {percentile} | {without:.2f} | {during:.2f} | {during / without:.2f} |")


if __name__ == "__main__":
    main()
