#!/usr/bin/env python3
"""systemd reads the units that are offered, and finds nothing wrong with them."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from sasrec_analytics import database

UNITS = database.PROJECT / "systemd"


@unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd")
class SystemdTest(unittest.TestCase):
    def test_the_units_are_sound(self):
        with tempfile.TemporaryDirectory() as folder:
            for unit in UNITS.iterdir():
                # What it starts is not installed here.
                text = unit.read_text().replace("/opt/sasrec/analytics-env/bin/python", "/bin/true")
                (Path(folder) / unit.name).write_text(text)
            answer = subprocess.run(
                ["systemd-analyze", "verify", *(str(unit) for unit in sorted(Path(folder).iterdir()))], capture_output=True, text=True
            )
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
