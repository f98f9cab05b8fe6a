#!/usr/bin/env python3
"""dbt's unit tests and data tests; what happens with no data, with deleted users, and with a build that is killed."""

import datetime
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from demo_analytics import as_account
from marts import contents, rows
from marts_case import MartsCase
from postgres import account
from shop import Shop

UTC = datetime.timezone.utc
BEGIN = datetime.datetime(2026, 3, 1, tzinfo=UTC)
DAY = datetime.timedelta(days=1)
NOW = BEGIN + 5 * DAY
SLOWED = "dm_item_daily"


class EdgesTest(MartsCase):
    def fill(self):
        """Five days of a shop, and the marts of them."""
        shop = Shop(self.connection, seed=11, users=8)
        for number in range(5):
            shop.day(BEGIN + number * DAY)
        self.marts.dbt("run", "--full-refresh", now=NOW)

    def test_nothing_at_all(self):
        self.marts.dbt("build", "--full-refresh", now=NOW)  # with the unit tests
        self.assertEqual({mart: [] for mart in contents(self.connection)}, contents(self.connection))
        self.execute("INSERT INTO analytics.dead_letter_counts VALUES ('a', 't', %s, 3)", NOW - DAY / 2)
        self.marts.dbt("build", "--exclude-resource-type", "unit_test", now=NOW)  # and now incremental
        self.assertEqual(contents(self.connection)["dm_daily_stats"], [])

    def test_deleted_users_leave_the_look_back_at_once(self):
        self.fill()
        before = contents(self.connection)
        self.assertNotEqual(before["dm_retention"], [])
        busiest = rows(self.connection, "SELECT user_id FROM interactions GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")[0]["user_id"]
        for table in ("interactions", "recommendations"):  # as the service does it
            self.execute(f"DELETE FROM {table} WHERE user_id = %s", busiest)
        self.marts.dbt("run", now=NOW)
        incremental = contents(self.connection)
        self.assertNotEqual(incremental["dm_daily_stats"], before["dm_daily_stats"])
        self.marts.dbt("run", "--full-refresh", now=NOW)
        self.assertEqual(contents(self.connection)["dm_daily_stats"], incremental["dm_daily_stats"])

    def test_no_table_of_dbt_names_a_user(self):
        self.fill()
        self.assertEqual(
            rows(self.connection,
                 "SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
                 " WHERE table_schema = 'analytics' AND column_name = 'user_id' AND table_type = 'BASE TABLE'"), [],
        )  # fmt: skip

    def test_what_is_described_is_what_there_is(self):
        self.fill()
        described = {
            (node.name, column) for node in self.marts.manifest.nodes.values() if node.resource_type == "model" for column in node.columns
        }
        there = {
            (row["table_name"], row["column_name"])
            for row in rows(self.connection, "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'analytics'")
            if row["table_name"] != "dead_letter_counts"
        }
        self.assertEqual(there, described)

    def test_killed_build(self):
        """Killed while it writes a mart, a build leaves that mart as it was; the next one makes good for it."""
        self.fill()
        before = contents(self.connection)
        self.execute("INSERT INTO interactions (event_id, user_id, item_id, time, kind) VALUES ('new', 'u1', 'i1', %s, 'view')", NOW - DAY / 2)
        # The mart's new rows wait for ever in the middle of being written: some have been, none is committed.
        self.execute(
            "CREATE FUNCTION public.stall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF NEW.item_id > 'i15' THEN PERFORM pg_advisory_xact_lock(42); END IF; RETURN NEW; END $$"
        )
        self.execute(f"CREATE TRIGGER stall BEFORE INSERT ON analytics.{SLOWED} FOR EACH ROW EXECUTE FUNCTION public.stall()")
        self.execute("SELECT pg_advisory_lock(42)")
        with tempfile.TemporaryDirectory() as folder:
            if account():
                os.chown(folder, account().pw_uid, account().pw_gid)
            program = [sys.executable, "-m", "sasrec_analytics", "run", "--state", folder]
            build = subprocess.Popen(
                as_account(program, account()), stdout=subprocess.DEVNULL,
                env={**os.environ, "ANALYTICS_DATABASE": self.postgres.url("sasrec_dbt"), "HOME": folder},
            )  # fmt: skip
            stalled = "SELECT pid FROM pg_stat_activity WHERE usename = 'sasrec_dbt' AND wait_event_type = 'Lock'"
            until = time.monotonic() + 120
            while not rows(self.connection, stalled):
                self.assertIsNone(build.poll())
                self.assertLess(time.monotonic(), until)
                time.sleep(0.05)
            build.send_signal(signal.SIGKILL)
            build.wait()
        self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sasrec_dbt'")
        self.execute("SELECT pg_advisory_unlock(42)")
        self.execute(f"DROP TRIGGER stall ON analytics.{SLOWED}")
        self.assertEqual(contents(self.connection)[SLOWED], before[SLOWED])
        self.marts.dbt("run", now=NOW)
        after = contents(self.connection)
        self.assertNotEqual(after[SLOWED], before[SLOWED])
        self.marts.dbt("run", "--full-refresh", now=NOW)
        self.assertEqual(contents(self.connection), after)


if __name__ == "__main__":
    unittest.main()
