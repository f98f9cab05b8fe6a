"""A log and a catalogue of a reader's own, as the pages name them: some thousand events of 600 users."""

import csv
import random
import time

USERS = 600
KINDS = {"Tea": 40, "Coffee": 40, "Cups": 30, "Kettles": 20, "Books": 60}


def write(folder, now=None):
    """events.csv and catalogue.csv. Users stay with a kind for a while, and go on to the next item of it more often than not."""
    chance = random.Random(20)
    items = {kind: [f"{kind[:3].lower()}-{number:03}" for number in range(1, count + 1)] for kind, count in KINDS.items()}
    with open(folder / "catalogue.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "category"])
        writer.writerows((item, f"{kind} no. {number}", kind) for kind, names in items.items() for number, item in enumerate(names, 1))
    end = int(now or time.time()) - 3600
    with open(folder / "events.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["user", "item", "time"])
        for user in range(1, USERS + 1):
            kind, place = chance.choice(list(items)), 0
            when = end - chance.randrange(20 * 86400, 60 * 86400)
            for _ in range(chance.randrange(6, 18)):
                if chance.random() < 0.15:
                    kind, place = chance.choice(list(items)), chance.randrange(10)
                place = (place + (1 if chance.random() < 0.7 else chance.randrange(2, 6))) % len(items[kind])
                writer.writerow([f"u{user}", items[kind][place], when])
                when += chance.randrange(60, 86400)
