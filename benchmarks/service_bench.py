#!/usr/bin/env python3
"""Measures the running service with `sasrec bench http`: service, PostgreSQL, broker and load on this one machine.

usage: benchmarks/service_bench.py --bin build/release/bin --out build/bench [--data LOG] [--kafka FOLDER] [--seconds N] [--only in-process|kafka]

Without --data the log is drawn: as many users and items as MovieLens-1M, histories of about its lengths. --kafka is the folder
that tools/setup.sh check keeps the broker in; without it the cases on Kafka are left out. Prints a table and writes OUT/service.json.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

SUSTAINED = 0.99  # of the asked rate that has to be answered
KAFKA = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def draw_log(path):
    """6,040 users, 3,416 items, a million rows: popularity falls off as 1/rank, lengths are log-normal."""
    chance = random.Random(1)
    items = [f"item-{n}" for n in range(1, 3417)]
    weights = [1 / (rank + 20) for rank in range(len(items))]
    with open(path, "w") as log:
        log.write("user,item,time\n")
        for user in range(6040):
            length = min(2300, max(20, int(chance.lognormvariate(4.6, 0.95))))
            for step, item in enumerate(chance.choices(items, weights, k=length)):
                log.write(f"user-{user},{item},{1_600_000_000 + user * 60 + step * 3600}\n")


class Broker:
    def __init__(self, kafka, folder):
        port, controller = free_port(), free_port()
        self.address = f"127.0.0.1:{port}"
        settings = folder / "server.properties"
        settings.write_text(KAFKA.format(port=port, controller=controller, folder=folder))
        java = ["java", "-Xms512m", "-Xmx512m", "-cp", f"{kafka}/lib/*"]
        subprocess.run(
            [*java, "kafka.tools.StorageTool", "format", "-t", "AAAAAAAAAAAAAAAAAAAAAQ", "-c", settings],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.process = subprocess.Popen(
            [*java, "kafka.Kafka", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Service:
    def __init__(self, program, checkpoints, data_dir, log, *more):
        self.address = f"127.0.0.1:{free_port()}"
        self.program = program
        command = [program, "up", "--checkpoints", checkpoints, "--data-dir", data_dir, "--listen", self.address, *more]
        self.process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://{self.address}/readyz", timeout=2).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("the service doesn't start: see service.log")
                time.sleep(0.1)
        sys.exit("the service isn't ready: see service.log")

    def bench(self, **options):
        flags = [part for name, value in options.items() for part in (f"--{name}", *str(value).split())]
        command = [self.program, "bench", "http", "--url", f"http://{self.address}", "--json", *flags]
        finished = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        if finished.returncode != 0:
            print(f"warning: {' '.join(flags)} ended with {finished.returncode}", file=sys.stderr)
        return json.loads(finished.stdout)

    def most_memory(self):
        """In MiB, since the start."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def highest_rate(self, first, step, latency_ms, **options):
        """The answered rate of the last of ever higher rates that is still sustained, with its report."""
        best, rate = None, first
        while True:
            report = self.bench(rate=rate, **options)
            asked = report["asked_rate"] * SUSTAINED
            if report["answered_rate"] < asked or report["latency_ms"]["p99"] > latency_ms or report["broken"]:
                return best or report
            best, rate = report, rate + step

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait() != 0:
            sys.exit("the service did not end in order: see service.log")


def prepare(programs, out, data, folder):
    """The log, drawn if there is none, and a folder with a model that was trained on it, kept for the next time."""
    if not data:
        data = folder / "log.csv"
        draw_log(data)
    checkpoints = out / "service-checkpoints"
    if not (checkpoints / "CURRENT").exists():
        settings = ["hidden=64", "feed_forward=64", "heads=1", "epochs=1", "max_length=200"]
        train = [programs / "sasrec-trainer", "train", "--data", data, "--checkpoints", checkpoints]
        subprocess.run([*train, *(part for text in settings for part in ("--set", text))], check=True)
    return data, checkpoints


def fill(program, data, data_dir):
    subprocess.run([program, "import", "--data", data, "--data-dir", data_dir], check=True)
    return data_dir


def lost(report):
    return report["answered_later"].get("lost", 0) + report["broken"]


def measure_in_process(service, seconds, rows):
    steady = service.bench(rate=1000, seconds=seconds, connections=256)
    rows.append(["in process, 1,000 requests/s: p99, ms", steady["latency_ms"]["p99"], "<= 20"])
    rows.append(["in process, 1,000 requests/s: lost", lost(steady), "= 0"])
    rows.append(["memory of the service besides PostgreSQL, MiB", service.most_memory(), "<= 150"])
    peak = service.highest_rate(3000, 500, 1000, seconds=15, connections=512)
    rows.append(["in process, highest sustained rate, requests/s", peak["answered_rate"], ">= 3500"])
    flood = service.bench(rate=5 * peak["answered_rate"], seconds=10, connections=2000)
    refused = sum(flood["statuses"].get(status, 0) for status in ("429", "503"))
    rows.append(["overload, 5 times that rate: goodput, share of it", flood["answered_rate"] / peak["answered_rate"], ">= 0.9"])
    rows.append(["overload: refused at once (429, 503)", refused, "> 0"])
    rows.append(["overload: refusals, p99, ms", flood["refused_ms"]["p99"], ""])
    rows.append(["overload: lost", lost(flood), "= 0"])
    rows.append(["overload: memory of the service, MiB", service.most_memory(), ""])
    told = service.highest_rate(150, 50, 1000, seconds=10, connections=64, interactions=100)
    rows.append(["POST /v1/interactions, 100 a request: interactions/s stored", told["answered_rate"] * 100, ">= 20000"])
    return [steady, peak, told, flood]


def measure_kafka(service, seconds, rows):
    service.bench(rate=500, seconds=20)  # topics and groups exist, the broker's code is compiled
    steady = service.bench(rate=500, seconds=seconds, connections=256)
    rows.append(["Kafka, 500 requests/s: p99, ms", steady["latency_ms"]["p99"], "<= 50"])
    rows.append(["Kafka, 500 requests/s: lost", lost(steady), "= 0"])
    peak = service.highest_rate(2000, 500, 2000, seconds=15, connections=1024, history="5 200")
    rows.append(["Kafka, highest sustained rate, requests/s", peak["answered_rate"], ">= 2000"])
    return [steady, peak]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--kafka", type=Path)
    parser.add_argument("--seconds", type=int, default=60, help="of the cases at a fixed rate")
    parser.add_argument("--only", choices=["in-process", "kafka"], help="of the two parts")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    program = options.bin / "sasrec"
    rows, reports = [], []
    with tempfile.TemporaryDirectory() as temporary, open(options.out / "service.log", "w") as log:
        folder = Path(temporary)
        os.chmod(folder, 0o755)  # PostgreSQL may run as another account
        data, checkpoints = prepare(options.bin, options.out, options.data, folder)

        if options.only != "kafka":
            service = Service(program, checkpoints, fill(program, data, folder / "var"), log)
            reports += measure_in_process(service, options.seconds, rows)
            service.stop()
        if options.kafka and options.only != "in-process":
            (folder / "kafka").mkdir()
            broker = Broker(options.kafka, folder / "kafka")
            # Not the database that the flood has just filled: PostgreSQL is still cleaning up there.
            data_dir = fill(program, data, folder / "var-kafka")
            service = Service(program, checkpoints, data_dir, log, "--bus", f"kafka://{broker.address}")
            reports += measure_kafka(service, options.seconds, rows)
            service.stop()
            broker.stop()

    print("| what | result | bar |\n|---|---:|---|")
    for name, value, bar in rows:
        print(f"| {name} | {value:,.2f} | {bar} |")
    cases = [{"case": name, "result": value, "bar": bar} for name, value, bar in rows]
    (options.out / "service.json").write_text(json.dumps({"cases": cases, "reports": reports}, indent=1))


if __name__ == "__main__":
    main()
