#!/usr/bin/env python3
"""What the two roles may do, and what they may not."""

import subprocess
import unittest

import psycopg2
from marts import rows
from marts_case import MartsCase
from postgres import SASREC

from sasrec_analytics import __main__ as program

SERVICE_TABLES = ["items", "interactions", "recommendations", "models", "training_runs", "api_keys", "schema_migrations"]


class RolesTest(MartsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marts.dbt("run", "--full-refresh")

    def connect(self, user):
        connection = self.postgres.connect(user)
        self.addCleanup(connection.close)
        return connection

    def expect_refused(self, connection, statement):
        with self.subTest(statement), connection.cursor() as cursor:
            with self.assertRaises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ReadOnlySqlTransaction)):
                cursor.execute(statement)

    def test_the_reader_reads_marts_and_writes_nothing(self):
        reader = self.connect("sasrec_reader")
        for table in ("analytics.dm_daily_stats", "analytics.dm_retention", "models", "training_runs", "items"):
            rows(reader, f"SELECT * FROM {table}")
        for table in ("interactions", "recommendations", "api_keys", "analytics.stg_interactions", "analytics.int_recommendation_clicks"):
            self.expect_refused(reader, f"SELECT * FROM {table}")
        with reader.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")  # what it may not do doesn't hang on that
        for statement in (
            "DELETE FROM analytics.dm_daily_stats", "UPDATE models SET reason = ''", "INSERT INTO items VALUES ('i')",
            "CREATE TABLE analytics.t (i int)", "CREATE TABLE public.t (i int)", "CREATE SCHEMA s",
        ):  # fmt: skip
            self.expect_refused(reader, statement)

    def test_dbt_writes_in_its_schema_only(self):
        dbt = self.connect("sasrec_dbt")
        with dbt.cursor() as cursor:
            cursor.execute("CREATE TABLE analytics.t (i int); INSERT INTO analytics.t VALUES (1); DROP TABLE analytics.t")
        for table in SERVICE_TABLES:
            for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"INSERT INTO {table} DEFAULT VALUES", f"DROP TABLE {table}"):
                self.expect_refused(dbt, statement)
        for table in ("api_keys", "schema_migrations"):
            self.expect_refused(dbt, f"SELECT * FROM {table}")
        for statement in ("CREATE TABLE public.t (i int)", "CREATE SCHEMA s", "CREATE ROLE r"):
            self.expect_refused(dbt, statement)

    def test_making_them_again_changes_nothing(self):
        owner = self.connect("sasrec")
        privileges = "SELECT grantee, table_schema, table_name, privilege_type FROM information_schema.role_table_grants ORDER BY 1, 2, 3, 4"
        before = rows(owner, privileges)
        program.roles(self.postgres.url())
        self.assertEqual(rows(owner, privileges), before)

    def test_a_service_that_may_not_create_roles_has_them_from_an_administrator(self):
        """A service's role that may do nothing but own its database."""
        owner = self.connect("sasrec")
        with owner.cursor() as cursor:
            cursor.execute("CREATE ROLE shop LOGIN")
            cursor.execute("CREATE DATABASE shop OWNER shop")
        subprocess.run([SASREC, "migrate", "--database", self.postgres.url("shop", "shop")], check=True, capture_output=True)
        with self.assertRaises(psycopg2.errors.InsufficientPrivilege):
            program.roles(self.postgres.url("shop", "shop"))
        shop = self.postgres.connect("sasrec", "shop")
        self.addCleanup(shop.close)
        self.assertEqual(rows(shop, "SELECT FROM pg_namespace WHERE nspname = 'analytics'"), [])  # nothing is half done
        program.roles(self.postgres.url("sasrec", "shop"))
        dbt = self.postgres.connect("sasrec_dbt", "shop")
        self.addCleanup(dbt.close)
        rows(dbt, "SELECT * FROM interactions")


if __name__ == "__main__":
    unittest.main()
