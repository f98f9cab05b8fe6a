#!/usr/bin/env python3
"""A million interactions and 100,000 requests: how long a build of everything takes, and one of what is new. Prints both."""

import time
import unittest

from marts import Marts
from postgres import Postgres

MOST_SECONDS = 60


class SpeedTest(unittest.TestCase):
    def test_a_million_interactions(self):
        postgres = Postgres()
        self.addCleanup(postgres.stop)
        connection = postgres.connect()
        self.addCleanup(connection.close)
        with connection.cursor() as cursor:
            # Of 20,000 users and 5,000 items, in 90 days, in sessions of ten.
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
        marts = Marts(postgres.url("sasrec_dbt"))
        self.addCleanup(marts.close)
        for name, arguments in (("everything", ["--full-refresh"]), ("what is new", [])):
            begin = time.monotonic()
            results = marts.dbt("build", "--exclude-resource-type", "unit_test", *arguments).result.results
            seconds = time.monotonic() - begin
            print(f"{name}: {seconds:.1f} s; the longest:", flush=True)
            for result in sorted(results, key=lambda one: -one.execution_time)[:4]:
                print(f"  {result.node.name} {result.execution_time:.1f} s")
            self.assertLess(seconds, MOST_SECONDS)


if __name__ == "__main__":
    unittest.main()
