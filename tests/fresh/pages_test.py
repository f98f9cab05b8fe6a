"""Which lines of a page are taken for commands."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import pages  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]

PAGE = """\
# A title

```sh
apt-get install git make
git clone ADDRESS sasrec
cd sasrec
make demo          # some minutes
```

```
make demo   # without a language: an illustration
```

1. in a list:

   ```sh
   make stop
   ```

````
```sh
make inside
```
````

```sh needs=docker
docker ps
```
```shell
no
```
"""


class Pages(unittest.TestCase):
    def test_blocks_of_commands(self):
        found = pages.blocks("README.md", PAGE)
        self.assertEqual([(one.line, one.needs) for one in found], [(4, ""), (17, ""), (27, "docker")])
        self.assertEqual(found[1].text.strip(), "make stop")
        self.assertEqual(str(found[2]), "README.md:27")

    def test_what_is_wrong_is_named_with_its_line(self):
        for text, message in (
            ("```sh\nmake\n", "page.md:1: the block is not closed"),
            ("\n```sh needs=luck\nx\n```\n", "page.md:2: .*docker.*not needs=luck"),
            ("```sh no-run\nx\n```\n", "page.md:1: .*not no-run"),
        ):
            with self.assertRaisesRegex(pages.BadPage, message):
                pages.blocks("page.md", text)

    def test_the_first_block(self):
        block = pages.blocks("README.md", PAGE)[0]
        self.assertEqual(
            pages.first_commands(block, "/srv/sasrec.git", "make test").text,
            "apt-get install git make\ngit clone /srv/sasrec.git sasrec\ncd sasrec\nmake test\n",
        )
        self.assertIn("\nmake demo\n", pages.first_commands(block, "/srv/sasrec.git").text)
        with self.assertRaises(pages.BadPage):
            pages.first_commands(pages.blocks("README.md", PAGE)[1], "/srv/sasrec.git")

    def test_the_pages_of_this_project(self):
        """What `make test-fresh` runs can be read, without running it."""
        for page in (ROOT / "README.md", ROOT / "README.ru.md", *(ROOT / "docs").glob("*.md")):
            pages.blocks(page.name, page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
