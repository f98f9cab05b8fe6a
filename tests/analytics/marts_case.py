"""What test classes of the marts share: a PostgreSQL of their own, and dbt on it."""

import unittest

from marts import Marts
from postgres import Postgres


class MartsCase(unittest.TestCase):
    """Each class has its server; each test begins with empty tables."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.stop)
        cls.marts = Marts(cls.postgres.url("sasrec_dbt"))
        cls.addClassCleanup(cls.marts.close)
        cls.connection = cls.postgres.connect()
        cls.addClassCleanup(cls.connection.close)

    def setUp(self):
        self.execute("TRUNCATE interactions, recommendations, analytics.dead_letter_counts")

    def execute(self, statement, *parameters):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
