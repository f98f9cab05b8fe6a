"""deploy/postgres/partition_by_month.sql, on a PostgreSQL with requests in it and the service running on it."""

import json
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/analytics"))

import postgres  # noqa: E402
from demo_process import Background  # noqa: E402
from demo_service import free_address  # noqa: E402

SCRIPT = ROOT / "deploy/postgres/partition_by_month.sql"
# An id of the middle of next month: its first 48 bits are milliseconds.
NEXT_MONTH = """
SELECT (lpad(to_hex((extract(epoch FROM date_trunc('month', now(), 'UTC') + interval '45 days') * 1000)::bigint), 12, '0') || %s)::uuid
"""


class Partitions(unittest.TestCase):
    def setUp(self):
        self.server = postgres.Postgres()
        self.addCleanup(self.server.stop)
        self.url = f"postgres://sasrec@/postgres?host={self.server.folder}"
        out = tempfile.TemporaryDirectory()
        self.addCleanup(out.cleanup)
        self.out = Path(out.name)
        self.service = Background(self.out, "service", self.url)
        self.address = None

    def start(self):
        address = free_address(0)
        command = [postgres.SASREC, "up", "--database", self.url, "--checkpoints", self.out / "none", "--listen", address, "--trainer", "none"]
        process = self.service.start(command)

        def stop():
            self.assertTrue(self.service.stop())
            self.assertEqual(process.wait(timeout=20), 0)

        self.addCleanup(stop)
        self.address = f"http://{address}"
        for _ in range(600):
            self.assertIsNone(process.poll(), self.service.log.read_text() if self.service.log.exists() else "")
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=2):
                    return
            except OSError:
                pass
        self.fail("the service does not start")

    def post(self, path, body, **headers):
        headers = {"Content-Type": "application/json", "Prefer": "wait=20"} | {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.address + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def sql(self, statement, *values):
        with self.connection().cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else None

    def connection(self):
        if not hasattr(self, "kept"):
            self.kept = postgres.psycopg2.connect(self.url)
            self.kept.autocommit = True
            self.addCleanup(self.kept.close)
        return self.kept

    def wait_until_written(self):
        """Whoever asked has the answer before the writer has stored it."""
        deadline = time.monotonic() + 20
        while self.sql("SELECT count(*) FROM recommendations WHERE status = 'pending'") != [(0,)]:
            self.assertLess(time.monotonic(), deadline, "results are not stored")
            time.sleep(0.05)

    def divide(self):
        finished = subprocess.run([postgres.BIN / "psql", "-X", self.url, "--file", SCRIPT], capture_output=True, text=True)
        self.assertEqual(finished.returncode, 0, finished.stderr)

    def partitions(self):
        return dict(
            self.sql("SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
                     "WHERE inhparent = 'recommendations'::regclass AND c.relkind = 'r'")
        )  # fmt: skip

    def test_beside_the_running_service(self):
        self.start()
        self.post("/v1/interactions", {"interactions": [{"user": "u", "item": one} for one in "abc"]})
        before = self.post("/v1/recommendations", {"history": ["a"], "k": 1}, Idempotency_Key="one-request")
        self.wait_until_written()
        self.sql("CREATE ROLE looks; GRANT SELECT ON recommendations TO looks")
        # By chance an id that was made from content falls into a month.
        stray = self.sql(NEXT_MONTH, "8" + "0" * 19)[0][0]
        self.sql("INSERT INTO recommendations SELECT (jsonb_populate_record(r, jsonb_build_object('id', %s))).* FROM recommendations r LIMIT 1", stray)

        self.divide()
        months = self.partitions()
        self.assertEqual(len(months), 4, months)
        self.assertEqual(months["recommendations_rest"], "DEFAULT")
        self.assertEqual(self.sql("SELECT id, tableoid::regclass::text LIKE 'recommendations_2%%' FROM recommendations WHERE id = %s", stray), [(stray, True)])
        self.assertEqual(self.sql("SELECT has_table_privilege('looks', 'recommendations', 'SELECT')"), [(True,)])

        # Requests go on: new ones, the same one again, their results, and what the sweeper asks.
        after = self.post("/v1/recommendations", {"user": "u", "k": 2})
        self.assertEqual(after["status"], "done")
        again = self.post("/v1/recommendations", {"history": ["a"], "k": 1}, Idempotency_Key="one-request")
        self.assertEqual(again["id"], before["id"])
        self.wait_until_written()

        later = self.sql(NEXT_MONTH, "7" + "1" * 19)[0][0]
        self.sql("INSERT INTO recommendations SELECT (jsonb_populate_record(r, jsonb_build_object('id', %s))).* FROM recommendations r LIMIT 1", later)
        (month,) = self.sql("SELECT tableoid::regclass::text FROM recommendations WHERE id = %s", later)[0]
        self.assertRegex(month, r"^recommendations_\d{4}_\d\d$")

        self.divide()
        self.assertEqual(self.partitions(), months, "done again it changes nothing")
        self.sql(f"DROP TABLE {month}")
        self.assertEqual(self.sql("SELECT count(*) FROM recommendations WHERE id = %s", later), [(0,)])
        self.assertEqual(self.post("/v1/recommendations", {"user": "u", "k": 2})["status"], "done")

    def test_a_service_that_starts_later_finds_its_tables(self):
        self.divide()
        self.start()
        self.post("/v1/interactions", {"interactions": [{"user": "u", "item": "a"}]})
        self.assertEqual(self.post("/v1/recommendations", {"user": "v", "k": 1})["status"], "done")


if __name__ == "__main__":
    unittest.main()
