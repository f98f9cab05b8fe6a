"""One build of the marts: freshness of the sources, then `dbt build`."""

import os
import time

import psycopg2
from dbt.cli.main import dbtRunner

from . import database, dead_letters
from .outcome import Outcome

# Any number that nothing else on the server uses for its advisory locks.
LOCK = 0x6D61727473
NO_MODELS = {"test", "unit_test"}
GOOD = {"success", "pass", "warn", "no-op"}


class Busy(Exception):
    """Another build is under way."""


def take_lock(connection, wait_seconds):
    """Holds for as long as the connection. Raises Busy if another build has it for longer than `wait_seconds`."""
    until = time.monotonic() + wait_seconds
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if cursor.fetchone()[0]:
                return
            if time.monotonic() >= until:
                raise Busy("another build of the marts is under way")
            time.sleep(0.2)


def dbt(state, *arguments, manifest=None):
    """Runs dbt in this process; its target and log folders are in `state`. Nothing is fetched or reported anywhere.

    manifest   of an earlier `parse`: then the project is not read again
    """
    os.environ["DO_NOT_TRACK"] = "1"
    folders = ["--project-dir", database.PROJECT, "--profiles-dir", database.PROJECT, "--target-path", state / "target", "--log-path", state / "logs"]
    return dbtRunner(manifest).invoke([*arguments, *(str(part) for part in folders), "--no-version-check"])


def judge(built, fresh):
    """dbt's results as an Outcome; no seconds yet."""
    outcome = Outcome(success=built.success)
    for result in getattr(built.result, "results", []):
        if str(result.status) not in GOOD:
            kind = "failed_tests" if result.node.resource_type in NO_MODELS else "failed_models"
            setattr(outcome, kind, getattr(outcome, kind) + 1)
    for result in getattr(fresh.result, "results", []):
        if hasattr(result, "age"):
            outcome.source_ages[result.node.name] = result.age
        outcome.stale_sources += str(result.status) != "pass"
    if built.exception:
        outcome.error = str(built.exception)
    return outcome


def build(url, state, *, wait_seconds=0, full_refresh=False, service_metrics=(), time_zone=None, more=()):
    """Builds all marts. Raises Busy, or psycopg2.Error if the database can't be reached."""
    begin = time.monotonic()
    os.environ.update(database.dbt_environment(url))
    with_zone = ["--vars", f"{{time_zone: {time_zone}}}"] if time_zone else []
    connection = database.connect(url)
    try:
        take_lock(connection, wait_seconds)
        for address in service_metrics:
            try:
                dead_letters.store(connection, address, dead_letters.read(address))
            except (OSError, ValueError, psycopg2.Error) as error:
                print(f"warning: dead letters are not counted: {address}: {error}", flush=True)
        quiet = ["--quiet", *with_zone]
        fresh = dbt(state, "source", "freshness", "--output", str(state / "target/sources.json"), *quiet)
        refresh = ["--full-refresh"] if full_refresh else []
        built = dbt(state, "build", "--exclude-resource-type", "unit_test", *refresh, *quiet, *more)
    finally:
        connection.close()
    outcome = judge(built, fresh)
    outcome.seconds = time.monotonic() - begin
    return outcome
