"""A made-up shop: what its users did and were recommended over some days, as rows of the service's tables."""

import datetime
import random
import uuid

from psycopg2.extras import execute_values

UTC = datetime.timezone.utc
MODELS = ["20260301T000000Z-000001", "20260310T000000Z-000002"]


class Shop:
    """Draws whole days. Some events arrive up to three days after they happened, seldom much later, and some requests stay pending for days;
    without `late` all is there at once."""

    def __init__(self, connection, seed, users=25, items=30, late=True):
        self.connection = connection
        self.chance = random.Random(seed)
        self.users = [f"u{n}" for n in range(users)]
        self.items = [f"i{n}" for n in range(items)]
        self.pending = []  # interactions that have happened and not arrived: (arrival, row)
        self.count = 0
        self.late = late

    def day(self, begin):
        """What happens in the 24 hours from `begin`, and what arrives in them."""
        if self.chance.random() < 0.15:  # nothing at all
            return self.arrive(begin + datetime.timedelta(days=1))
        for user in self.chance.sample(self.users, self.chance.randint(1, 8)):
            for _ in range(self.chance.randint(0, 3)):
                self.request(user if self.chance.random() < 0.9 else None, self.moment(begin))
            moment = self.moment(begin)
            for _ in range(self.chance.randint(1, 9)):
                self.interact(user, self.chance.choice(self.items), moment, None)
                moment += datetime.timedelta(minutes=self.chance.choice([0, 1, 7, 29, 30, 31, 200]))
        return self.arrive(begin + datetime.timedelta(days=1))

    def moment(self, begin):
        return begin + datetime.timedelta(milliseconds=self.chance.randrange(86_400_000))

    def interact(self, user, item, moment, request):
        self.count += 1
        row = (f"e{self.count}", user, item, moment, self.chance.choice(["view", "purchase"]), request)
        delay = self.chance.choices([0.01, 20, 70, 300], [70, 20, 9, 1])[0] * self.chance.random()  # hours
        self.pending.append((moment + datetime.timedelta(hours=delay if self.late else 0), row))

    def request(self, user, created):
        request = str(uuid.UUID(int=self.chance.getrandbits(128)))
        status = self.chance.choices(["done", "failed", "expired", "pending"], [90, 3, 4, 3 if self.late else 0])[0]
        shown = self.chance.sample(self.items, 12) if status == "done" else None
        source = status == "done" and self.chance.choice(["model", "model", "popular"])
        finished = created + datetime.timedelta(microseconds=self.chance.randrange(500, 90_000))
        self.insert("recommendations", [(
            request, user, ["i1"], 12, [], [], "exclude", False, "", "", status, created, created, created, self.chance.choice([1, 1, 1, 2, 5]),
            created, self.chance.choice(MODELS) if source else None, source or None, shown, None if status == "pending" else finished,
        )], "id, user_id, history, k, exclude, categories, seen, explain, fingerprint, traceparent, status, created, stored, deadline,"
            " attempts, next_attempt, model, source, items, finished")  # fmt: skip
        if status != "done":
            return
        for item in self.chance.sample(shown, self.chance.choice([0, 0, 1, 2])):
            later = created + datetime.timedelta(hours=self.chance.choice([0, 0.1, 23.9, 24.1, 60, 80]))
            named = request if self.chance.random() < 0.5 else None
            for _ in range(self.chance.choice([1, 1, 2])):  # twice is one click
                self.interact(user or "u0", self.chance.choice([item, item, item, "i29"]), later, named)

    def arrive(self, until):
        arrived = sorted((a, row) for a, row in self.pending if a < until)
        self.pending = [(a, row) for a, row in self.pending if a >= until]
        self.insert("interactions", [(*row, a) for a, row in arrived],
                    "event_id, user_id, item_id, time, kind, recommendation_id, received")  # fmt: skip
        # Those that no answer came for in time.
        with self.connection.cursor() as cursor:
            cursor.execute("UPDATE recommendations SET status = 'expired', finished = %s WHERE status = 'pending' AND created < %s",
                           [until, until - datetime.timedelta(days=6)])  # fmt: skip

    def insert(self, table, rows, columns):
        if rows:
            with self.connection.cursor() as cursor:
                template = "(%s)" % ",".join(["%s"] * len(rows[0]))
                template = template.replace("%s", "%s::uuid", 1) if table == "recommendations" else template
                if table == "interactions":
                    template = "(%s,%s,%s,%s,%s,%s::uuid,%s)"
                execute_values(cursor, f"INSERT INTO {table} ({columns}) VALUES %s", rows, template)
