"""Shows the newest day of dm_daily_stats on the terminal."""

from . import database


def daily_stats(url, day=None):
    """Names and values of one day's row, the newest if `day` is None; None if there is none."""
    connection = database.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT * FROM {database.SCHEMA}.dm_daily_stats WHERE date = coalesce(%s, date) ORDER BY date DESC LIMIT 1",
                [day],
            )
            row = cursor.fetchone()
            return row and dict(zip([column.name for column in cursor.description], row))
    finally:
        connection.close()


def as_text(row):
    width = max(map(len, row))
    return "\n".join(f"  {name:{width}}  {'-' if value is None else value}" for name, value in row.items())
