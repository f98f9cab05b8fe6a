"""What the scheduler tells Prometheus; every name stands here."""

from prometheus_client import CollectorRegistry, Counter, Gauge

PREFIX = "sasrec_analytics"


class Metrics:
    def __init__(self):
        self.registry = CollectorRegistry()

        def gauge(name, text, labels=()):
            return Gauge(f"{PREFIX}_{name}", text, labels, registry=self.registry)

        self.last_success = gauge("last_success_timestamp_seconds", "When the last complete build of the marts began")
        self.duration = gauge("last_duration_seconds", "How long the last build took, freshness and tests included")
        self.failed_tests = gauge("failed_tests", "Tests that failed in the last build")
        self.failed_models = gauge("failed_models", "Models that the last build could not make, or left out because of others")
        self.source_age = gauge("source_age_seconds", "Age of a source's newest row at the last build", ["source"])
        self.stale_sources = gauge("stale_sources", "Sources whose newest row is older than a day")
        self.running = gauge("running", "1 while a build is under way")
        self.runs = Counter(
            f"{PREFIX}_runs", "Builds, by how they ended", ["outcome"], registry=self.registry
        )
        for outcome in ("success", "failed", "busy"):
            self.runs.labels(outcome)

    def record(self, outcome, started):
        self.runs.labels("success" if outcome.success else "failed").inc()
        if outcome.success:
            self.last_success.set(started)
        self.duration.set(outcome.seconds)
        self.failed_tests.set(outcome.failed_tests)
        self.failed_models.set(outcome.failed_models)
        self.stale_sources.set(outcome.stale_sources)
        for source, age in outcome.source_ages.items():
            self.source_age.labels(source).set(age)
