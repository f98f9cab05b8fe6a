#!/usr/bin/env python3
"""Where the processor time of a request goes: by thread of the service, by connection of PostgreSQL, and in the load generator.

usage: python3 benchmarks/profile_service.py --bin build/release/bin --out build/bench [--data LOG] [--rate N] [--seconds N] [--perf FILE]

Everything within one process and its PostgreSQL, as in service_bench.py; a connection is named after what it did last. The times are the kernel's own
(/proc), read before and after, so that nothing is slowed down by being watched. --perf records the machine's stacks meanwhile, for `perf report -i FILE
--sort comm,symbol`; /proc then can't tell the load generator's time.
"""

import argparse
import os
import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import service_bench

TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")
CONNECTIONS = 512


def time_of(stat):
    """A thread's or process's microseconds in its own code and in the kernel."""
    fields = stat.read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) * TICK_US, int(fields[12]) * TICK_US


def postgres_of(service):
    """The server's process id and the folder of its socket."""
    children = Path(f"/proc/{service.process.pid}/task").glob("*/children")
    for pid in (pid for file in children for pid in file.read_text().split()):
        command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        if command[0].endswith("/postgres"):
            return pid, Path(command[2]).parent
    raise SystemExit("the service has no PostgreSQL of its own")


def statements(socket):
    """What each connection did last, in two words."""
    query = "SELECT pid, query FROM pg_stat_activity WHERE backend_type = 'client backend'"
    command = ["psql", "-XqAt0F", "\t", "-h", socket, "-U", "sasrec", "-c", query, "postgres"]
    rows = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    found = {}
    for pid, text in (row.split("\t", 1) for row in rows if row):
        words = re.match(r"\s*(INSERT INTO|UPDATE|DELETE FROM) (\w+)", text)
        found[pid] = " ".join(words.groups()) if words else "others"
    return found


def snapshot(service, postgres):
    """Microseconds (own, kernel) since the start of each thread of the service, each PostgreSQL process."""
    times = {}
    for task in Path(f"/proc/{service.process.pid}/task").iterdir():
        times["service", task.name] = time_of(task / "stat")
    backends = Path(f"/proc/{postgres}/task/{postgres}/children").read_text().split()
    for pid in [postgres, *backends]:
        times["postgres", pid] = time_of(Path(f"/proc/{pid}/stat"))
    return times


def name_of(kind, pid, service, said):
    if kind == "service":
        return "service", Path(f"/proc/{service.process.pid}/task/{pid}/comm").read_text().strip()
    if pid in said:
        return "PostgreSQL", said[pid]
    title = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return "PostgreSQL", title.removeprefix("postgres: ").strip() if title.startswith("postgres: ") else "postmaster"


def profile(service, options):
    """The report of the load, and microseconds (own, kernel) by who and what."""
    postgres, socket = postgres_of(service)
    load = {"rate": options.rate, "seconds": options.seconds, "connections": CONNECTIONS}
    service.bench(**{**load, "seconds": 5})  # warm
    before, children = snapshot(service, postgres), os.times()
    recorder = None
    if options.perf:
        recorder = subprocess.Popen(["perf", "record", "-qae", "cpu-clock", "-F", "997", "-g", "-o", options.perf])
    report = service.bench(**load)
    if recorder:
        recorder.terminate()
        recorder.wait()
    after, said = snapshot(service, postgres), statements(socket)
    spent = {}
    for (kind, pid), times in after.items():
        start = before.get((kind, pid), (0, 0))
        own, kernel = (now - then for now, then in zip(times, start))
        total = spent.setdefault(name_of(kind, pid, service, said), [0, 0])
        total[0] += own
        total[1] += kernel
    now = os.times()
    if not recorder:  # perf is a child too
        spent["load generator", ""] = [(now.children_user - children.children_user) * 1e6,
                                       (now.children_system - children.children_system) * 1e6]  # fmt: skip
    return report, spent


def print_table(report, spent, seconds):
    answered = sum(report["statuses"].get(status, 0) for status in ("200", "202"))
    everything = sum(map(sum, spent.values()))
    print(f"{answered / report['seconds']:,.0f} requests/s answered of {report['asked_rate']:,.0f} asked, p99 {report['latency_ms']['p99']:.0f} ms;")
    print(f"{everything / 1e6 / seconds:.2f} of {os.cpu_count()} cores busy with it\n")
    print("| who | what | own code, µs a request | kernel, µs | share |\n|---|---|---:|---:|---:|")
    small = Counter()
    for (who, what), (own, kernel) in sorted(spent.items(), key=lambda entry: -sum(entry[1])):
        if own + kernel < 0.01 * everything:
            small["own"] += own
            small["kernel"] += kernel
            continue
        print(f"| {who} | {what} | {own / answered:.1f} | {kernel / answered:.1f} | {(own + kernel) / everything:.0%} |")
    rest = small["own"] + small["kernel"]
    print(f"| all others | | {small['own'] / answered:.1f} | {small['kernel'] / answered:.1f} | {rest / everything:.0%} |")
    own, kernel = (sum(times[n] for times in spent.values()) for n in (0, 1))
    print(f"| sum | | {own / answered:.1f} | {kernel / answered:.1f} | {everything / answered:.0f} µs |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="where service_bench.py has trained its model, or is going to")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rate", type=int, default=4000, help="requests a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--perf", metavar="FILE", help="record stacks by perf; the load generator's time then isn't told apart")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, open(options.out / "service.log", "w") as log:
        folder = Path(temporary)
        os.chmod(folder, 0o755)  # PostgreSQL may run as another account
        data, checkpoints = service_bench.prepare(options.bin, options.out, options.data, folder)
        service_bench.fill(options.bin / "sasrec", data, folder / "var")
        service = service_bench.Service(options.bin / "sasrec", checkpoints, folder / "var", log)
        report, spent = profile(service, options)
        service.stop()
    print_table(report, spent, options.seconds)


if __name__ == "__main__":
    main()
