"""What a build came to: the schedule knows that much of dbt, and does without its memory."""

import dataclasses


@dataclasses.dataclass
class Outcome:
    success: bool
    seconds: float = 0
    failed_models: int = 0  # with those that were left out because of them
    failed_tests: int = 0
    source_ages: dict = dataclasses.field(default_factory=dict)  # seconds since the newest row, by table
    stale_sources: int = 0
    error: str = ""  # why not even that is known

    def reason(self):
        """Why it failed, in a line."""
        return self.error or f"failed or left out: {self.failed_models} models, {self.failed_tests} tests; the lines above name them"
