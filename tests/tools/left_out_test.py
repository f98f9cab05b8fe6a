"""Tests that are left out are named, by whatever runs them. Logs as CTest writes them of real programs."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True
import left_out  # noqa: E402

GOOGLE = """\
[ RUN      ] Disk.IsFull
/root/sasrec/tests/unit/disk_test.cpp:233: Skipped
mounting is not permitted here

[  SKIPPED ] Disk.IsFull (0 ms)
"""
VITEST = """\
 Test Files  3 passed (3)
      Tests  12 passed | 2 skipped (14)
"""
PYTHON = """
import unittest
class T(unittest.TestCase):
    def test_a(self): pass
    def test_engine(self):
        \'\'\'With words of its own.\'\'\'
        self.skipTest("there is no engine here")
    @unittest.skip("not today")
    def test_other(self): pass
unittest.main()
"""


def log(**outputs):
    parts = [f"{number}/{len(outputs)} Testing: {name}\n{number}/{len(outputs)} Test: {name}\nOutput:\n-----\n{text}<end of output>\n" for number, (name, text) in enumerate(outputs.items(), 1)]
    return "Start testing: Nov 30\n-----\n" + "\n".join(parts)


class LeftOut(unittest.TestCase):
    def python(self, *arguments):
        with tempfile.NamedTemporaryFile("w", suffix="_test.py") as file:
            file.write(PYTHON)
            file.flush()
            return subprocess.run([sys.executable, file.name, *arguments], capture_output=True, text=True, check=True).stderr

    def test_each_is_named_with_its_reason(self):
        found = left_out.left_out(log(disk=GOOGLE, good="[  PASSED  ] 1 test.\n", page=VITEST, compose=self.python("-v")))
        self.assertEqual(
            found,
            [
                ("disk", "mounting is not permitted here"),
                ("page", "2 of its tests; its output says which"),
                ("compose test_engine", "there is no engine here"),
                ("compose test_other", "not today"),
            ],
        )

    def test_where_the_output_has_no_names_they_are_counted(self):
        self.assertEqual(left_out.left_out(log(compose=self.python())), [("compose", "2 of its tests; its output says which")])

    def test_nothing(self):
        self.assertEqual(left_out.left_out(log(good="OK\n")), [])


if __name__ == "__main__":
    unittest.main()
