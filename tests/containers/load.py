"""Requests and interactions, all the time, with an account of what the service took on."""

import itertools
import threading
import time

PAUSE_SECONDS = 0.05
CLIENTS = 2


class Load:
    """A client each time: what was answered 200 or 202 is accepted, and has to be found again."""

    def __init__(self, deployment, items):
        self.deployment = deployment
        self.items = items
        self.requests = []
        self.interactions = []
        self.refused = 0
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.numbers = itertools.count()
        self.threads = []

    def __enter__(self):
        self.ended.clear()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def run(self):
        while not self.ended.is_set():
            number = next(self.numbers)
            item = self.items[number % len(self.items)]
            self.recommend({"history": [item], "k": 3})
            self.tell(f"load-{id(self)}-{number}", f"user-{number % 50}", item)
            time.sleep(PAUSE_SECONDS)

    def ask(self, path, body):
        try:
            status, document = self.deployment.ask("POST", path, body, timeout=10)
        except OSError:
            status, document = 0, None  # nobody knows whether it was taken
        if status not in (200, 202):
            with self.lock:
                self.refused += 1
            return None
        return document

    def recommend(self, body):
        document = self.ask("/v1/recommendations", body)
        if document:
            with self.lock:
                self.requests.append(document["id"])

    def tell(self, event, user, item):
        if self.ask("/v1/interactions", {"interactions": [{"id": event, "user": user, "item": item}]}):
            with self.lock:
                self.interactions.append(event)

    def accepted(self):
        with self.lock:
            return len(self.requests)

    def lost(self):
        """What became of all that was accepted: (pending or missing requests, missing interactions, how many by status)."""
        with self.lock:
            requests, interactions = list(self.requests), list(self.interactions)
        rows = self.deployment.sql("SELECT id, status FROM recommendations")
        status = dict(row.split("|") for row in rows)
        open_requests = [one for one in requests if status.get(one, "missing") in ("pending", "missing")]
        stored = set(self.deployment.sql("SELECT event_id FROM interactions WHERE event_id LIKE 'load-%'"))
        counted = {}
        for one in requests:
            counted[status.get(one, "missing")] = counted.get(status.get(one, "missing"), 0) + 1
        return open_requests, [one for one in interactions if one not in stored], counted
