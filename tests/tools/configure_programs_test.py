"""What make demo and make build configure, in a build folder that is new, or that make test has used before."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Configured(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "tools").mkdir()
        shutil.copy(ROOT / "tools/configure_programs.sh", self.folder / "tools")

    def program(self, name, text):
        (self.folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.folder / name).chmod(0o755)

    def options(self, *, before=None, complete=True):
        """Those of a configuration after one with SASREC_TESTS=`before`, on a system on which nothing is missing for tests, or something is."""
        self.program("tools/setup.sh", 'case "$*" in "--complete "*check*) exit %d ;; esac; exit 9' % (0 if complete else 1))
        self.program("cmake", 'echo "$@"')
        if before:
            (self.folder / "build/release").mkdir(parents=True)
            (self.folder / "build/release/CMakeCache.txt").write_text(f"SASREC_TESTS:BOOL={before}\n")
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        finished = subprocess.run([self.folder / "tools/configure_programs.sh"], capture_output=True, text=True, check=True, env=environment)
        return {word for word in finished.stdout.split() if word.startswith("-DSASREC")}

    WITHOUT_TESTS = {"-DSASREC_TESTS=OFF", "-DSASREC_UNITY=ON"}
    WITH_TESTS = {"-DSASREC_TESTS=ON", "-DSASREC_UNITY=OFF"}

    def test_a_new_folder_has_no_tests(self):
        self.assertEqual(self.options(), self.WITHOUT_TESTS)

    def test_after_make_demo(self):
        self.assertEqual(self.options(before="OFF"), self.WITHOUT_TESTS)

    def test_after_make_test_nothing_is_compiled_again(self):
        self.assertEqual(self.options(before="ON"), self.WITH_TESTS)

    def test_after_a_make_test_that_lacked_something(self):
        self.assertEqual(self.options(before="ON", complete=False), self.WITHOUT_TESTS)

    def test_make_test_itself_configures_the_same_as_is_kept(self):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        self.assertIn("$(call configure,release,-DSASREC_TESTS=ON -DSASREC_UNITY=OFF)", makefile)
        self.assertNotIn("$(call configure,release)", makefile)


if __name__ == "__main__":
    unittest.main()
