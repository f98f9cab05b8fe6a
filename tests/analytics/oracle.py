"""dm_daily_stats once more, row by row in Python from the raw tables: what the SQL is held against."""

import datetime
import statistics
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

SILENCE = datetime.timedelta(minutes=30)
NAMED = datetime.timedelta(hours=72)
INFERRED = datetime.timedelta(hours=24)


def share(part, whole):
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def percentile(values, fraction):
    """Between the two neighbours, as percentile_cont does."""
    if not values:
        return None
    values = sorted(values)
    place = fraction * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    value = values[low] + (values[high] - values[low]) * (place - low)
    return Decimal(value).quantize(Decimal("0.001"), ROUND_HALF_UP)


def sessions(interactions):
    """(begin, seconds, interactions) of each."""
    by_user = {}
    for row in interactions:
        by_user.setdefault(row["user_id"], []).append((row["time"], row["ordinal"]))
    for events in by_user.values():
        times = [time for time, _ in sorted(events)]
        begin = 0
        for n in range(1, len(times) + 1):
            if n == len(times) or times[n] - times[n - 1] > SILENCE:
                yield times[begin], (times[n - 1] - times[begin]).total_seconds(), n - begin
                begin = n


def clicked(request, interactions):
    """Whether something of the answer was clicked, and whether by name."""
    any_sign = by_name = False
    for row in interactions:
        after = row["time"] - request["created"]
        if after < datetime.timedelta(0):
            continue
        if row["recommendation_id"] == request["id"] and after < NAMED:
            any_sign = by_name = True
        if row["user_id"] == request["user_id"] and row["item_id"] in request["items"] and after < INFERRED:
            any_sign = True
    return any_sign, by_name


def daily_stats(interactions, recommendations, now, time_zone="UTC"):
    zone = ZoneInfo(time_zone)

    def day(moment):
        return moment.astimezone(zone).date()

    interactions = [row for row in interactions if row["time"] < now]
    recommendations = [row for row in recommendations if row["created"] < now]
    active, first = {}, {}
    for row in interactions:
        date = day(row["time"])
        active.setdefault(date, set()).add(row["user_id"])
        first[row["user_id"]] = min(first.get(row["user_id"], date), date)
    all_sessions = list(sessions(interactions))
    dates = [day(row["time"]) for row in interactions] + [day(row["created"]) for row in recommendations]
    result = []
    date = min(dates, default=day(now) + datetime.timedelta(days=1))
    while date <= day(now):

        def users(days):
            return set().union(*(active.get(date - datetime.timedelta(days=n), set()) for n in range(days)))

        requests = [row for row in recommendations if day(row["created"]) == date]
        done = [row for row in requests if row["status"] == "done"]
        latencies = [(row["finished"] - row["created"]) / datetime.timedelta(milliseconds=1) for row in done]
        clicks = [clicked(row, interactions) for row in done]
        of_day = [(seconds, count) for begin, seconds, count in all_sessions if day(begin) == date]
        dau, mau = len(users(1)), len(users(30))
        result.append({
            "date": date, "dau": dau, "wau": len(users(7)), "mau": mau, "stickiness": share(dau, mau),
            "new_users": sum(d == date for d in first.values()),
            "interactions": sum(day(row["time"]) == date for row in interactions),
            "predictions": len(requests), "predictions_per_active_user": share(len(requests), dau),
            **{status: sum(row["status"] == status for row in requests) for status in ("done", "failed", "expired", "pending")},
            "fallback_share": share(sum(row["source"] == "popular" for row in done), len(done)),
            "latency_p50_ms": percentile(latencies, 0.5), "latency_p95_ms": percentile(latencies, 0.95),
            "latency_p99_ms": percentile(latencies, 0.99),
            "model_versions": ", ".join(sorted({row["model"] for row in requests if row["model"]})) or None,
            "clicked": sum(c for c, _ in clicks), "ctr": share(sum(c for c, _ in clicks), len(done)),
            "named_ctr": share(sum(n for _, n in clicks), len(done)), "sessions": len(of_day),
            "median_session_seconds": Decimal(statistics.median(s for s, _ in of_day)).quantize(Decimal("0.001")) if of_day else None,
            "interactions_per_session": share(sum(c for _, c in of_day), len(of_day)),
        })  # fmt: skip
        date += datetime.timedelta(days=1)
    return result
