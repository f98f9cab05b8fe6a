#!/usr/bin/env python3
"""The folder that the demo shares with every command: another log is never put beside the first, and nothing is deleted."""

import contextlib
import fcntl
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True
from demo_place import Place  # noqa: E402


class PlaceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.place = Place(Path(folder.name) / "var")

    def prepare(self, log, fresh=False):
        """What it prints; None if it ends the demo, whose message is in self.refusal."""
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                self.place.prepare(Path(f"{log}.csv"), f"hash of {log}", fresh)
        except SystemExit as end:
            self.refusal = str(end)
            return None
        return said.getvalue()

    def fill(self, text="data"):
        (self.place.postgres / "data").mkdir(parents=True)
        (self.place.postgres / "data/rows").write_text(text)
        self.place.checkpoints.mkdir()
        (self.place.checkpoints / "CURRENT").write_text(text)

    def test_an_empty_one_takes_any_log(self):
        self.assertEqual(self.prepare("first"), "")
        self.assertEqual(self.prepare("second"), "")

    def test_the_same_log_again(self):
        self.prepare("first")
        self.fill()
        self.assertEqual(self.prepare("first"), "")
        self.assertTrue((self.place.postgres / "data/rows").exists())

    def test_another_log_is_refused(self):
        self.prepare("first")
        self.fill()
        self.assertIsNone(self.prepare("second"))
        self.assertIn("first.csv", self.refusal)
        self.assertIn("FRESH=1", self.refusal)
        self.assertEqual(self.place.log()["file"], "first.csv")

    def test_what_the_demo_has_not_made_is_left_alone(self):
        self.fill()
        self.assertIsNone(self.prepare("first"))
        self.assertIn("that the demo has not made", self.refusal)
        self.assertIn(str(self.place.postgres), self.refusal)
        self.assertIn(str(self.place.checkpoints), self.refusal)

    def test_fresh_moves_all_aside(self):
        for log in ("first", "second"):
            self.prepare(log, fresh=True)
            self.fill(log)
            self.assertEqual(self.place.log()["file"], f"{log}.csv")
        (aside,) = self.place.folder.glob("before-*")
        self.assertEqual((aside / "postgres/data/rows").read_text(), "first")
        self.assertEqual((aside / "checkpoints/CURRENT").read_text(), "first")
        self.assertEqual((self.place.postgres / "data/rows").read_text(), "second")

    def test_fresh_names_data_that_lies_elsewhere(self):
        elsewhere = self.place.folder.parent / "elsewhere"
        (elsewhere / "data").mkdir(parents=True)
        self.place.folder.mkdir()
        self.place.postgres.symlink_to(elsewhere)
        self.assertIn(f"rm -r {self.place.folder}/before-", said := self.prepare("first", fresh=True))
        self.assertTrue(said.rstrip().endswith(str(elsewhere)), said)
        self.assertTrue((elsewhere / "data").exists())
        self.assertFalse(self.place.postgres.exists())

    def test_a_database_in_use_is_not_touched(self):
        self.fill()
        with open(self.place.postgres / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertIsNone(self.prepare("first", fresh=True))
        self.assertIn("end it first", self.refusal)
        self.assertTrue((self.place.postgres / "data/rows").exists())


if __name__ == "__main__":
    unittest.main()
