"""Reads the service's counters of dead letters, which stand on its bus and in no table."""

import os
import urllib.request
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from . import database

FAMILY = "sasrec_dead_letters"
READ_SECONDS = 5


def read(address):
    """Number of dead letters by topic. Raises OSError or ValueError if `address` doesn't give it.

    A service with keys wants one of scope metrics: ANALYTICS_METRICS_KEY_FILE names the file that holds it.
    """
    request = urllib.request.Request(address)
    if file := os.environ.get("ANALYTICS_METRICS_KEY_FILE"):
        request.add_unredirected_header("Authorization", f"Bearer {Path(file).read_text().strip()}")
    with urllib.request.urlopen(request, timeout=READ_SECONDS) as answer:
        text = answer.read().decode()
    for family in text_string_to_metric_families(text):
        if family.name == FAMILY:
            return {s.labels["topic"]: int(s.value) for s in family.samples if s.name == f"{FAMILY}_total"}
    raise ValueError(f"{address} has no metric {FAMILY}_total")


def store(connection, address, counts):
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {database.SCHEMA}.dead_letter_counts (instance, topic, value) VALUES (%s, %s, %s)",
            [(address, topic, count) for topic, count in sorted(counts.items())],
        )
