"""How to reach PostgreSQL, for this program and for dbt."""

import os
from pathlib import Path

import psycopg2
from psycopg2.extensions import parse_dsn

PROJECT = Path(__file__).resolve().parent.parent
SCHEMA = "analytics"
CONNECT_SECONDS = 10


def database_url(given):
    """What --database says, else ANALYTICS_DATABASE, else the first line of the file that ANALYTICS_DATABASE_FILE names.

    A URL (postgres://sasrec_dbt:secret@host/name) or libpq's words (host=/var/run/postgresql user=sasrec_dbt).
    Raises ValueError if there is none or it can't be read.
    """
    url = given or os.environ.get("ANALYTICS_DATABASE")
    if not url and (file := os.environ.get("ANALYTICS_DATABASE_FILE")):
        try:
            url = Path(file).read_text().split("\n")[0]
        except OSError as error:
            raise ValueError(f"ANALYTICS_DATABASE_FILE names {file}, which can't be read: {error.strerror}") from error
    if not url:
        raise ValueError("name the database: --database postgres://sasrec_dbt@host/name, or ANALYTICS_DATABASE")
    try:
        parse_dsn(url)
    except psycopg2.ProgrammingError as error:
        raise ValueError(f"the database's address can't be read: {error}".strip()) from error
    return url


def connect(url):
    """A connection on which each statement is a transaction."""
    connection = psycopg2.connect(
        url, application_name="sasrec_analytics", connect_timeout=CONNECT_SECONDS, options="-c timezone=UTC"
    )
    connection.autocommit = True
    return connection


def dbt_environment(url):
    """The variables that profiles.yml reads."""
    words = parse_dsn(url)
    names = {
        "ANALYTICS_HOST": "host",
        "ANALYTICS_PORT": "port",
        "ANALYTICS_USER": "user",
        "ANALYTICS_DBNAME": "dbname",
        "ANALYTICS_SSLMODE": "sslmode",
        "DBT_ENV_SECRET_ANALYTICS_PASSWORD": "password",
    }
    return {variable: words[word] for variable, word in names.items() if word in words}
