"""Small trees, each with one fault that tools/check_shape.py must name."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True
import check_shape  # noqa: E402

ARCHITECTURE = """
```walk activation
http/route.cpp -> versions/registry.cpp: registry.activate
```

```walk request
http/route.cpp -> versions/registry.cpp: registry.activate
```
"""
GOOD = {
    "ARCHITECTURE.md": ARCHITECTURE,
    "src/http/route.cpp": "// Why.\n" + "int line;\n" * 9 + "registry.activate();\n",
    "src/versions/registry.cpp": "// Why.\n" + "int line;\n" * 9 + "void activate();\n",
    "src/versions/registry.hpp": "/// A table:\n/// one     first\nint line;\nint line;\nint line;\nint line;\nint line;\n",
    "tests/unit/http/route_test.cpp": "",
    "tests/integration/versions_registry_test.cpp": "",
}


def breaches(**changed):
    with tempfile.TemporaryDirectory() as root, contextlib.redirect_stdout(io.StringIO()):
        for path, text in {**GOOD, **changed}.items():
            if text is None:
                continue
            file = Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return check_shape.check(root)


class CheckShape(unittest.TestCase):
    def expect_one(self, message, **changed):
        found = breaches(**changed)
        self.assertEqual(len(found), 1, found)
        self.assertIn(message, found[0])

    def test_a_good_tree_has_no_breach(self):
        self.assertEqual(breaches(), [])

    def test_a_long_file(self):
        text = ("// Why.\n" + "int line;\n" * 9) * 41
        self.assertIn("410 lines, more than 400", breaches(**{"src/http/long.cpp": text, "tests/unit/http/long_test.cpp": ""})[0])

    def test_a_full_folder(self):
        files = {f"src/http/part_{i}.hpp": GOOD["src/versions/registry.hpp"] for i in range(40)}
        self.expect_one("src/http: 41 files, more than 40", **files)

    def test_sources_without_a_test_of_their_name(self):
        self.expect_one("50% of the sources", **{"tests/unit/http/route_test.cpp": None})

    def test_too_few_reasons(self):
        self.expect_one("of the lines of sources are comments", **{
            "src/versions/registry.cpp": "int line;\n" * 40 + "void activate();\n"})

    def test_a_glued_table(self):
        text = GOOD["src/versions/registry.hpp"].replace("/// one     first", "/// one, first of all. two   the second")
        self.expect_one("src/versions/registry.hpp:2: a table in a comment is glued together",
                        **{"src/versions/registry.hpp": text})

    def test_a_walk_that_the_sources_do_not_go(self):
        self.expect_one('"registry.retire" is not in src/http/route.cpp', **{
            "ARCHITECTURE.md": ARCHITECTURE + "\n```walk request\nhttp/route.cpp -> versions/registry.cpp: registry.retire\n```\n",
            "src/versions/registry.cpp": GOOD["src/versions/registry.cpp"] + "void retire();\n"})

    def test_a_walk_that_climbs(self):
        self.expect_one("goes upward in 1 places", **{
            "ARCHITECTURE.md": ARCHITECTURE.replace("http/route.cpp -> versions/registry.cpp: registry.activate",
                                                    "versions/registry.cpp -> http/route.cpp: activate", 1)})

    def test_a_walk_that_is_missing(self):
        self.expect_one("there is no block ```walk activation", **{
            "ARCHITECTURE.md": ARCHITECTURE.replace("```walk activation", "```")})


if __name__ == "__main__":
    unittest.main()
