"""Set-up and CMake need the same things: those of tools/dependencies.txt."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "tools/dependencies.txt"
LINES = [line.split() for line in LIST.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
# The commands of CMake that look for what others have made.
FINDS = re.compile(r"^\s*(find_(?:package|program|library|path|file)|pkg_check_modules|pkg_search_module)\s*\(\s*([\w${}-]+)", re.MULTILINE)


def cmake_files():
    named = subprocess.run(["git", "ls-files", "*CMakeLists.txt", "*.cmake"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in named.stdout.split()] or [*ROOT.glob("*/**/CMakeLists.txt"), *ROOT.glob("cmake/*.cmake")]


class Declared(unittest.TestCase):
    def test_every_line_has_its_five_words(self):
        for words in LINES:
            self.assertEqual(len(words), 5, words)
            self.assertIn(words[1], ("package", "fetched", "built"))
            if words[1] != "package":
                self.assertTrue((ROOT / f"tools/setup/{words[2]}.sh").is_file(), words)

    def test_cmake_asks_for_nothing_beside_the_list(self):
        used = []
        for file in cmake_files():
            if file.name != "needs.cmake":
                used += [(str(file.relative_to(ROOT)), *found) for found in FINDS.findall(file.read_text(encoding="utf-8"))]
        # The compiler's own threads are no package.
        self.assertEqual(used, [("cmake/dependencies.cmake", "find_package", "Threads")])

    def test_the_makefile_names_groups_that_exist(self):
        asked = re.findall(r"@\$\(setup\) tools/setup\.sh((?: [a-z]+)+)", (ROOT / "Makefile").read_text(encoding="utf-8"))
        self.assertGreater(len(asked), 5)
        self.assertLessEqual({group for groups in asked for group in groups.split()}, {words[0] for words in LINES})


class Configured(unittest.TestCase):
    """A project of nothing but cmake/needs.cmake."""

    def configure(self, ask, *options):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "CMakeLists.txt").write_text(
                f"cmake_minimum_required(VERSION 3.25)\nproject(tried LANGUAGES NONE)\ninclude({ROOT}/cmake/needs.cmake)\n{ask}\n"
            )
            finished = subprocess.run(["cmake", "-S", folder, "-B", f"{folder}/build", *options], capture_output=True, text=True)
            return finished.returncode, re.sub(r"\s+", " ", finished.stderr)

    def test_what_is_not_declared_is_refused_even_where_it_is_installed(self):
        for ask in ("need_program(SHELL sh)", "need_package(Git)", "need_library(m m)", "need_folder(SASREC_X x-1.0 text)"):
            code, error = self.configure(ask)
            self.assertNotEqual(code, 0, ask)
            self.assertIn("is not declared in tools/dependencies.txt for what is configured here (fetch build)", error)

    def test_what_only_tests_need_is_refused_without_tests(self):
        for ask, option in (
            ("need_package(GTest)", "TESTS"),
            ("need_program(PROMETHEUS prometheus)", "TESTS"),
            ("need_folder(SASREC_KAFKA_HOME kafka-4.3.1 text)", "TESTS"),
            ("need_folder(SASREC_LIBTORCH libtorch-2.15.0 text)", "TRAINING"),
        ):
            self.assertNotEqual(self.configure(ask)[0], 0, ask)
            # Whether it is found is another question: here that it may be asked for.
            self.assertNotIn("is not declared", self.configure(ask, f"-DSASREC_{option}=ON")[1], ask)

    def test_a_folder_is_where_the_set_up_puts_it(self):
        show = "need_folder(SASREC_LIBRDKAFKA librdkafka-2.15.1 text)\nmessage(FATAL_ERROR at:${SASREC_LIBRDKAFKA}:)"
        default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sasrec/librdkafka-2.15.1"
        self.assertIn(f"at:{os.environ.get('SASREC_LIBRDKAFKA') or default}:", self.configure(show)[1])


class SetUp(unittest.TestCase):
    def listed(self, *groups):
        return set(subprocess.run([ROOT / "tools/setup.sh", "--list", *groups], capture_output=True, text=True, check=True).stdout.split())

    def test_what_users_run_needs_nothing_of_tests(self):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        of_tests = {words[2] for words in LINES if words[0] == "check"} - {words[2] for words in LINES if words[0] != "check"}
        self.assertLessEqual({"libgtest-dev", "prometheus", "kafka", "chromium"}, of_tests)
        for target in ("demo", "build", "bench", "analytics"):
            groups = re.search(rf"^{target}:.*\n\t@\$\(setup\) tools/setup\.sh([ a-z]+)$", makefile, re.MULTILINE)[1].split()
            self.assertEqual(self.listed(*groups) & of_tests, set(), target)
            if target != "analytics":
                self.assertLessEqual({"build-essential", "libtorch", "librdkafka"}, self.listed(*groups), target)

    def test_an_unknown_group_is_named(self):
        finished = subprocess.run([ROOT / "tools/setup.sh", "build", "tests"], capture_output=True, text=True)
        self.assertEqual(finished.returncode, 1)
        self.assertIn("tests is no group", finished.stderr)


if __name__ == "__main__":
    unittest.main()
