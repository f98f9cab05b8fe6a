#!/usr/bin/env python3
"""The marts against counts made from the raw tables by other means, and against themselves."""

import datetime
import random
import unittest
from decimal import Decimal

import oracle
from marts import contents, rows
from marts_case import MartsCase
from shop import Shop

UTC = datetime.timezone.utc
BEGIN = datetime.datetime(2026, 3, 1, tzinfo=UTC)
DAY = datetime.timedelta(days=1)


class MartsTest(MartsCase):
    def raw(self):
        return (
            rows(self.connection, "SELECT user_id, item_id, time, recommendation_id, ordinal FROM interactions"),
            rows(self.connection, "SELECT id, user_id, status, source, model, items, created, finished FROM recommendations"),
        )

    def expect_daily_stats(self, now, time_zone="UTC"):
        expected = oracle.daily_stats(*self.raw(), now, time_zone)
        found = rows(self.connection, "SELECT * FROM analytics.dm_daily_stats ORDER BY date")
        self.assertEqual(len(found), len(expected))
        for one, other in zip(found, expected):
            for name in [name for name in one if name.startswith("latency") and one[name] is not None]:
                # Between two measured values, rounded: by half a microsecond either way.
                self.assertAlmostEqual(one.pop(name), other.pop(name), delta=Decimal("0.001"))
            self.assertEqual(one, other)

    def test_days_with_late_events(self):
        """Built now and then over 30 days, each time only what may have changed, it is what a full refresh makes of the end."""
        shop, chance = Shop(self.connection, seed=7), random.Random(7)
        for number in range(30):
            shop.day(BEGIN + number * DAY)
            if number == 0 or chance.random() < 0.3:
                now = BEGIN + (number + 1) * DAY
                self.marts.dbt("run", *(["--full-refresh"] if number == 0 else []), now=now)
                self.expect_daily_stats(now)
        self.marts.dbt("build", "--exclude-resource-type", "unit_test", now=now)
        incremental = contents(self.connection)
        self.assertGreater(len(incremental["dm_daily_stats"]), 20)
        self.assertGreater(sum(row["hit_rate_10"] or 0 for row in incremental["dm_model_daily"]), 0)
        with self.subTest("a second run changes nothing"):
            self.marts.dbt("run", now=now)
            self.assertEqual(contents(self.connection), incremental)
        with self.subTest("so does a full refresh"):
            self.marts.dbt("run", "--full-refresh", now=now)
            self.assertEqual(contents(self.connection), incremental)
        with self.subTest("another time zone renews all days"):
            self.marts.dbt("run", now=now, time_zone="Asia/Kathmandu")
            self.expect_daily_stats(now, "Asia/Kathmandu")

    def test_the_look_back_finds_what_changes_without_late_events(self):
        """A click of today belongs to a recommendation of three days ago."""
        shop = Shop(self.connection, seed=7, late=False)
        for number in range(4):
            shop.day(BEGIN + number * DAY)
        built = BEGIN + 4 * DAY
        self.marts.dbt("run", "--full-refresh", now=built)
        interactions, recommendations = self.raw()
        unclicked = [
            row for row in recommendations
            if row["status"] == "done" and row["user_id"] and BEGIN + datetime.timedelta(hours=25) < row["created"] < BEGIN + 3 * DAY
            and not oracle.clicked(row, interactions)[0]
        ]  # fmt: skip
        self.assertTrue(unclicked)
        moment = unclicked[0]["created"] + datetime.timedelta(hours=71)
        shop.insert("interactions", [("last", unclicked[0]["user_id"], "i1", moment, "view", unclicked[0]["id"], moment)],
                    "event_id, user_id, item_id, time, kind, recommendation_id, received")  # fmt: skip
        self.marts.dbt("run", now=BEGIN + 6 * DAY)
        self.expect_daily_stats(BEGIN + 6 * DAY)


if __name__ == "__main__":
    unittest.main()
