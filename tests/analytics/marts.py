"""Builds the project on a test's database, with a clock and a time zone of the test's own, and reads what came of it."""

import os
import shutil
import tempfile
from pathlib import Path

from sasrec_analytics import build, database

MARTS = {
    "dm_daily_stats": "date",
    "dm_model_daily": "date, model_version",
    "dm_item_daily": "date, item_id",
    "dm_retention": "cohort_week, week_number",
    "dm_pipeline_daily": "date",
}


class Marts:
    def __init__(self, url):
        self.state = Path(tempfile.mkdtemp(prefix="sasrec-analytics-"))
        os.environ.update(database.dbt_environment(url))
        self.manifest = build.dbt(self.state, "parse", "--quiet").result

    def dbt(self, *arguments, now=None, time_zone=None):
        """Raises AssertionError with what failed, if anything does."""
        variables = {"now": f"timestamptz '{now.isoformat()}'"} if now else {}
        if time_zone:
            variables["time_zone"] = time_zone
        result = build.dbt(self.state, *arguments, "--quiet", "--vars", str(variables), manifest=self.manifest)
        failed = [
            f"{r.node.name}: {r.status} {r.message}"
            for r in getattr(result.result, "results", [])
            if str(r.status) not in build.GOOD
        ]
        if not result.success:
            raise AssertionError(f"dbt {arguments}: {failed or result.exception}")
        return result

    def close(self):
        shutil.rmtree(self.state, ignore_errors=True)


def rows(connection, query, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]


def contents(connection):
    """Every row of every mart, by mart."""
    return {mart: rows(connection, f"SELECT * FROM analytics.{mart} ORDER BY {key}") for mart, key in MARTS.items()}
