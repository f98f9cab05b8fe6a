"""The demo's data: the reader of R's tables on bytes made by hand, and the synthetic log."""

import contextlib
import csv
import gzip
import http.client
import io
import os
import struct
import sys
import tempfile
import unittest
import unittest.mock
import urllib.error
import zipfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True
import r_data  # noqa: E402
import sample_data  # noqa: E402

NIL = struct.pack(">i", 254)


def number(value):
    return struct.pack(">i", value)


def string(text, flags=9 | 1 << 15):
    return number(flags) + number(len(text)) + text


def strings(*texts):
    return number(16) + number(len(texts)) + b"".join(map(string, texts))


def symbol(name):
    return number(1) + string(name)


def attributes(**entries):
    return b"".join(number(0x402) + symbol(name.encode()) + value for name, value in entries.items()) + NIL


def vector(kind, code, values, attribute_list=None):
    flags = kind | (0x200 if attribute_list else 0)
    return number(flags) + number(len(values)) + struct.pack(f">{len(values)}{code}", *values) + (attribute_list or b"")


def list_of(*values, attribute_list=None):
    flags = 19 | (0x200 if attribute_list else 0)
    return number(flags) + number(len(values)) + b"".join(values) + (attribute_list or b"")


def serialized(value):
    return b"X\n" + struct.pack(">3i", 3, 0x40001, 0x30500) + number(5) + b"UTF-8" + value


class RData(unittest.TestCase):
    def test_a_table(self):
        genre = vector(13, "i", [2, 1, -(2**31)], attributes(levels=strings(b"Comedy", b"Drama")))
        range_ = (
            number(238)
            + number(2) + symbol(b"compact_intseq") + NIL
            + vector(14, "d", [3.0, 1.0, 1.0])
            + NIL
        )
        table = list_of(
            range_,
            number(16) + number(3) + string(b"Am\xe9lie", 9 | 1 << 14) + string("Léon".encode()) + number(9) + number(-1),
            vector(14, "d", [3.5, 4.0, 0.5]),
            genre,
            attribute_list=attributes(names=strings(b"id", b"title", b"rating", b"genre")),
        )
        chunk = zlib.compress(serialized(table))
        chunk = number(len(serialized(table))) + chunk
        place = vector(13, "i", [4, len(chunk)])
        index = list_of(
            list_of(place, attribute_list=attributes(names=strings(b"films"))),
            attribute_list=attributes(names=strings(b"variables")),
        )
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "Rdata.rdx").write_bytes(gzip.compress(serialized(index)))
            Path(folder, "Rdata.rdb").write_bytes(b"junk" + chunk)
            self.assertEqual(
                r_data.read_table(folder, "films"),
                {
                    "id": [1, 2, 3],
                    "title": ["Amélie", "Léon", None],
                    "rating": [3.5, 4.0, 0.5],
                    "genre": ["Drama", "Comedy", None],
                },
            )

    def test_what_is_not_known_is_refused(self):
        with self.assertRaisesRegex(ValueError, "object type 3 "):
            r_data.Reader(serialized(number(3) + number(0))).read()
        with self.assertRaisesRegex(ValueError, "serialization"):
            r_data.Reader(b"A\n")


class Synthetic(unittest.TestCase):
    def test_is_the_same_each_time_and_all_its_items_have_titles(self):
        texts = []
        for _ in range(2):
            with tempfile.TemporaryDirectory() as folder:
                sample_data.synthetic(Path(folder))
                texts.append([Path(folder, name).read_text(encoding="utf-8") for name in ("ratings.csv", "movies.csv")])
        self.assertEqual(texts[0], texts[1])
        ratings, movies = (list(csv.DictReader(text.splitlines())) for text in texts[0])
        self.assertEqual({row["userId"] for row in ratings}, {str(user) for user in range(1, 601)})
        self.assertLessEqual({row["movieId"] for row in ratings}, {row["movieId"] for row in movies})


class Sources(unittest.TestCase):
    """The next source is taken, whatever the one before died of."""

    def prepare(self, **sources):
        with (
            tempfile.TemporaryDirectory() as cache,
            unittest.mock.patch.dict(os.environ, XDG_CACHE_HOME=cache),
            unittest.mock.patch.multiple(sample_data, **sources),
            contextlib.redirect_stdout(io.StringIO()) as said,
        ):
            folder, source = sample_data.prepare()
            self.assertEqual(sorted(os.listdir(folder)), ["SOURCE", "movies.csv", "ratings.csv"])
            self.assertEqual(os.listdir(folder.parent), ["sample-data"])
            return source, said.getvalue()

    def test_each_way_to_fail_leads_to_the_synthetic_log(self):
        for problem in (
            urllib.error.URLError("no network"), TimeoutError("timed out"), http.client.IncompleteRead(b"PK"),
            zipfile.BadZipFile("a log-in page"), zlib.error("damaged"), EOFError("cut"),
            struct.error("too short"), KeyError("movielens"), IndexError("reference"),
        ):  # fmt: skip
            with self.subTest(problem=problem):
                fails = unittest.mock.Mock(side_effect=problem, __name__="from_somewhere")
                source, said = self.prepare(from_owner=fails, from_package=fails)
                self.assertEqual(fails.call_count, 2)
                self.assertIn("a synthetic log", source)
                self.assertIn("no data from somewhere", said)

    def test_the_first_that_works_is_taken_and_kept(self):
        def owner(folder):
            sample_data.synthetic(folder)
            return "the owner's"

        never = unittest.mock.Mock(side_effect=AssertionError)
        source, said = self.prepare(from_owner=owner, from_package=never)
        self.assertEqual((source, said), ("the owner's", ""))


if __name__ == "__main__":
    unittest.main()
