#!/usr/bin/env python3
"""A million interactions and 100,000 requests: how long a build of all marts takes, and one of what is new, tests included.

usage: make bench-analytics
"""

import time

from marts import Marts
from postgres import Postgres


def fill(postgres):
    """20,000 users and 5,000 items in 90 days, in sessions of ten. The same rows every time."""
    connection = postgres.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.5)")
            cursor.execute(
                "INSERT INTO interactions (event_id, user_id, item_id, time, kind, received)"
                " SELECT n::text, 'user-' || (n / 10 * 7919 % 20000), 'item-' || floor(power(random(), 3) * 5000),"
                " now() - interval '90 days' + n / 10 * (interval '90 days' / 100001) + n % 10 * interval '1 minute', 'view', now() - interval '90 days' + n * (interval '90 days' / 1000001)"
                " FROM generate_series(1, 1000000) AS n"
            )
            cursor.execute(
                "INSERT INTO recommendations (id, user_id, history, k, exclude, categories, seen, explain, fingerprint, traceparent,"
                " status, created, stored, deadline, next_attempt, model, source, items, scores, finished)"
                " SELECT gen_random_uuid(), 'user-' || (n * 7919 % 20000), '{item-1}', 10, '{}', '{}', 'exclude', false, '', '', 'done', c, c, c, c,"
                " 'model-' || n / 50000, 'model', (SELECT array_agg('item-' || (n * 31 + i * i * 17) % 5000) FROM generate_series(1, 10) AS i), '{1}',"
                " c + interval '5 ms' FROM (SELECT n, now() - interval '90 days' + n * (interval '90 days' / 100001) AS c"
                " FROM generate_series(1, 100000) AS n) AS requests"
            )
            cursor.execute("VACUUM ANALYZE")
    finally:
        connection.close()


def measure(postgres):
    marts = Marts(postgres.url("sasrec_dbt"))
    try:
        for name, arguments in (("everything", ["--full-refresh"]), ("what is new", [])):
            begin = time.monotonic()
            results = marts.dbt("build", "--exclude-resource-type", "unit_test", *arguments).result.results
            print(f"{name}: {time.monotonic() - begin:.1f} s; the longest:", flush=True)
            for result in sorted(results, key=lambda one: -one.execution_time)[:4]:
                print(f"  {result.node.name} {result.execution_time:.1f} s")
    finally:
        marts.close()


def main():
    postgres = Postgres()
    try:
        fill(postgres)
        measure(postgres)
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
