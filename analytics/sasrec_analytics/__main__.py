"""Builds the marts of sasrec.

  python -m sasrec_analytics roles    --database postgres://owner@host/name
  python -m sasrec_analytics run      --database postgres://sasrec_dbt@host/name
  python -m sasrec_analytics schedule --database postgres://sasrec_dbt@host/name
  python -m sasrec_analytics show     --database postgres://sasrec_reader@host/name
"""

import argparse
import dataclasses
import json
import logging
import os
import sys
from pathlib import Path

import psycopg2

from . import database, report, schedule


def address(text):
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is not like 127.0.0.1:9465")
    return host, int(port)


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="sasrec_analytics", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name, text):
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("--database", help="or ANALYTICS_DATABASE, or a file that ANALYTICS_DATABASE_FILE names")
        return added

    command("roles", "make or renew the roles sasrec_dbt and sasrec_reader, as the owner of the service's tables")
    run = command("run", "build the marts once")
    run.add_argument("--wait", type=float, default=0, help="seconds to wait for another build to end")
    run.add_argument("--full-refresh", action="store_true", help="compute all days anew")
    run.add_argument("--outcome", type=Path, help="write what it came to into this file, as JSON")
    every = command("schedule", "build the marts every hour")
    every.add_argument("--interval", type=float, default=3600, help="seconds from one build's beginning to the next one's")
    every.add_argument("--limit", type=float, default=3000, help="seconds that a build may take")
    every.add_argument("--retry", type=float, default=schedule.RETRY_SECONDS, help="seconds until a failed one is tried again")
    every.add_argument("--metrics", type=address, default="127.0.0.1:9465", help="where Prometheus finds the metrics")
    for both, priority in ((run, "low"), (every, "idle")):
        both.add_argument(
            "--priority", choices=["low", "idle"], default=priority, help="idle: only what nobody else wants of the processor"
        )
        both.add_argument("--state", type=Path, default=Path("var/analytics"), help="folder for dbt's own files")
        both.add_argument("--time-zone", help="in which a day begins at midnight; UTC")
        both.add_argument(
            "--service-metrics", action="append", default=[], metavar="URL",
            help="the /metrics of a service's process, for its dead letters; may be given several times",
        )  # fmt: skip
    command("show", "print the newest day of dm_daily_stats").add_argument("--date", help="another day, 2026-03-01")
    return parser.parse_args(arguments)


def roles(url):
    connection = database.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute((database.PROJECT / "roles.sql").read_text())
    finally:
        connection.close()


def run(url, options):
    from . import build  # dbt, which takes its time

    schedule.give_way(options.priority)
    try:
        outcome = build.build(
            url, options.state.resolve(), wait_seconds=options.wait, full_refresh=options.full_refresh,
            service_metrics=options.service_metrics, time_zone=options.time_zone,
        )  # fmt: skip
    except build.Busy as busy:
        print(f"error: {busy}; --wait SECONDS waits for it", file=sys.stderr)
        return schedule.BUSY
    if options.outcome:
        options.outcome.write_text(json.dumps(dataclasses.asdict(outcome)))
    if outcome.success:
        print(f"the marts are built: {outcome.seconds:.1f} s")
        return 0
    print(f"error: the marts are not built: {outcome.reason()}", file=sys.stderr)
    return 1


def keep_running(url, options):
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO, force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    arguments = ["--state", str(options.state), "--priority", options.priority]
    for one in options.service_metrics:
        arguments += ["--service-metrics", one]
    if options.time_zone:
        arguments += ["--time-zone", options.time_zone]
    planned = schedule.Schedule(url, schedule.command(arguments), options.interval, options.limit, options.retry)
    planned.run(*options.metrics)
    return 0


def show(url, options):
    row = report.daily_stats(url, options.date)
    if row is None:
        print("error: dm_daily_stats has no such day", file=sys.stderr)
        return 1
    print(report.as_text(row))
    return 0


def main():
    options = parse(sys.argv[1:])
    if options.command in ("run", "schedule") and os.geteuid() == 0:
        print("error: this is not to run as root; setpriv or systemd start it as another account", file=sys.stderr)
        return 2
    try:
        url = database.database_url(options.database)
        if options.command == "roles":
            roles(url)
            return 0
        return {"run": run, "schedule": keep_running, "show": show}[options.command](url, options)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (psycopg2.Error, OSError) as error:
        print(f"error: {str(error).strip()}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
