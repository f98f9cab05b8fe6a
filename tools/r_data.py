"""Reads a table out of an R package's data (Rdata.rdx and Rdata.rdb), without R.

Only what such tables consist of: vectors, strings, factors, lists and their attributes, in R's XDR serialization
(versions 2 and 3; "R Internals", section "Serialization Formats").
"""

import gzip
import struct
import zlib
from pathlib import Path

NIL, GLOBAL_ENV, BASE_ENV, EMPTY_ENV, REFERENCE, ALTERNATIVE = 254, 253, 241, 242, 255, 238
SYMBOL, PAIR_LIST, STRING, LOGICAL, INTEGER, REAL, STRINGS, LIST = 1, 2, 9, 10, 13, 14, 16, 19
MISSING_INTEGER = -2147483648


class Reader:
    """Walks one serialized object. A vector with attributes is read as (values, attributes)."""

    def __init__(self, data):
        self.data = data
        self.at = 0
        self.references = []
        if data[:2] != b"X\n":
            raise ValueError("not in R's XDR serialization")
        self.at = 2
        version, _, _ = self.integers(3)
        if version == 3:
            (length,) = self.integers(1)  # the name of the native encoding
            self.at += length
        elif version != 2:
            raise ValueError(f"R serialization version {version} is not known")

    def integers(self, count):
        values = struct.unpack_from(f">{count}i", self.data, self.at)
        self.at += 4 * count
        return values

    def length(self):
        (count,) = self.integers(1)
        if count < 0:
            raise ValueError("a vector of more than 2^31 elements")
        return count

    def read(self):
        (flags,) = self.integers(1)
        kind = flags & 0xFF
        if kind in (NIL, GLOBAL_ENV, BASE_ENV, EMPTY_ENV):
            return None
        if kind == REFERENCE:
            return self.references[(flags >> 8 or self.integers(1)[0]) - 1]
        if kind == SYMBOL:
            self.references.append(self.read())
            return self.references[-1]
        if kind == STRING:
            return self.string(flags)
        if kind == PAIR_LIST:
            return self.pair_list(flags)
        if kind == ALTERNATIVE:
            return self.alternative()
        value = self.vector(kind)
        if flags & 0x200:  # attributes follow
            return value, self.read()
        return value

    def string(self, flags):
        (length,) = self.integers(1)
        if length < 0:
            return None
        text = self.data[self.at : self.at + length]
        self.at += length
        latin1 = flags & (1 << 14)
        return text.decode("latin-1" if latin1 else "utf-8")

    def pair_list(self, flags):
        entries = {}
        while flags & 0xFF == PAIR_LIST:
            if flags & 0x200:
                self.read()
            name = self.read() if flags & 0x400 else len(entries)
            entries[name] = self.read()
            (flags,) = self.integers(1)
        return entries

    def alternative(self):
        """A vector kept in another form: of these, tables hold integer ranges."""
        name = next(iter(self.read().values()))
        state = self.read()
        self.read()
        if name != "compact_intseq":
            raise ValueError(f"R's {name} is not known")
        count, first, step = (int(number) for number in state)
        return [first + i * step for i in range(count)]

    def vector(self, kind):
        count = self.length()
        if kind in (LOGICAL, INTEGER):
            return [None if value == MISSING_INTEGER else value for value in self.integers(count)]
        if kind == REAL:
            values = struct.unpack_from(f">{count}d", self.data, self.at)
            self.at += 8 * count
            return list(values)
        if kind in (STRINGS, LIST):
            return [self.read() for _ in range(count)]
        raise ValueError(f"R's object type {kind} is not known")


def plain(value):
    """A vector without its attributes; a factor as its labels."""
    if not isinstance(value, tuple):
        return value
    values, attributes = value
    if "levels" in attributes:
        levels = plain(attributes["levels"])
        return [None if code is None else levels[code - 1] for code in values]
    return values


def named(value):
    """A list with names, as a dictionary."""
    values, attributes = value
    return dict(zip(plain(attributes["names"]), values))


def read_table(folder, name):
    """The table `name` of the package data in `folder`, as a dictionary from column name to values."""
    index = named(Reader(gzip.decompress((Path(folder) / "Rdata.rdx").read_bytes())).read())
    offset, length = named(index["variables"])[name]
    with open(Path(folder) / "Rdata.rdb", "rb") as file:
        file.seek(offset)
        chunk = file.read(length)
    # Four bytes of size, then the zlib stream (whose first byte R counts as the compression's letter).
    return {column: plain(values) for column, values in named(Reader(zlib.decompress(chunk[4:])).read()).items()}
