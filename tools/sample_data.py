"""A sample log for the demo: MovieLens "latest small", or a synthetic log where it can't be had.

Writes ratings.csv and movies.csv once into ~/.cache/sasrec/sample-data (outside the clone). In this order:
the owner's site, the copy in Debian's package r-cran-dslabs, a generator.
"""

import csv
import http.client
import io
import os
import random
import shutil
import struct
import subprocess
import tempfile
import urllib.request
import zipfile
import zlib
from pathlib import Path

import r_data

OWNER = "https://files.grouplens.org/datasets/movielens/ml-latest-small.zip"
PACKAGE = "r-cran-dslabs"

# How a source can fail: not reached, cut off on the way, damaged, or not what it was.
UNUSABLE = (
    OSError, subprocess.SubprocessError, http.client.HTTPException,
    EOFError, zipfile.BadZipFile, zlib.error, struct.error, ValueError, LookupError,
)  # fmt: skip


def cache_folder():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sasrec"


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def from_owner(folder):
    with urllib.request.urlopen(OWNER, timeout=5) as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    for name in ("ratings.csv", "movies.csv"):
        (folder / name).write_bytes(archive.read(f"ml-latest-small/{name}"))
    return "MovieLens latest small, from grouplens.org"


def from_package(folder):
    def run(*command, **options):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)

    with tempfile.TemporaryDirectory() as temporary:
        try:
            run("apt-get", "download", PACKAGE, cwd=temporary)
        except subprocess.CalledProcessError:  # a machine that has no package lists yet
            run(*([] if os.geteuid() == 0 else ["sudo", "--non-interactive"]), "apt-get", "update")
            run("apt-get", "download", PACKAGE, cwd=temporary)
        (package,) = Path(temporary).glob(f"{PACKAGE}_*.deb")
        run("dpkg-deb", "-x", str(package), temporary)
        (data,) = Path(temporary).glob("usr/lib/R/site-library/*/data")
        table = r_data.read_table(data, "movielens")
    write_csv(
        folder / "ratings.csv",
        ["userId", "movieId", "rating", "timestamp"],
        zip(table["userId"], table["movieId"], table["rating"], table["timestamp"]),
    )
    movies = {}
    for item, title, year, genres in zip(table["movieId"], table["title"], table["year"], table["genres"]):
        movies[item] = (title if year is None else f"{title} ({year})", genres)
    write_csv(folder / "movies.csv", ["movieId", "title", "genres"], ((item, *movies[item]) for item in sorted(movies)))
    return f"MovieLens latest small, from Debian's package {PACKAGE}"


def synthetic(folder):
    """600 users who follow series of films, mostly in order, with a few favourite series each: the next film depends on the
    last ones, which is what a sequential model can learn and popularity can't. Always the same log."""
    chance = random.Random(20181117)
    series_count, series_length = 40, 25
    weights = [1 / (rank + 3) for rank in range(series_count)]
    rows = []
    for user in range(1, 601):
        favourites = chance.choices(range(series_count), weights, k=4)
        places = {series: chance.randrange(series_length) for series in favourites}
        series, time, seen = favourites[0], 1_000_000_000 + chance.randrange(200_000_000), set()
        for _ in range(20 + int(chance.expovariate(1 / 60))):
            if chance.random() < 0.25:
                series = chance.choice(favourites)
            places[series] = (places[series] + chance.choice((1, 1, 1, 2, 3))) % series_length
            item = series * series_length + places[series] + 1
            time += int(chance.expovariate(1 / 3600)) + 1
            if item not in seen:
                seen.add(item)
                rows.append((user, item, chance.choice((3.0, 3.5, 4.0, 4.5, 5.0)), time))
    write_csv(folder / "ratings.csv", ["userId", "movieId", "rating", "timestamp"], rows)
    genres = ("Adventure", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Mystery", "Romance")
    movies = (
        (series * series_length + part, f"Series {series + 1}, part {part}", genres[series % len(genres)])
        for series in range(series_count)
        for part in range(1, series_length + 1)
    )
    write_csv(folder / "movies.csv", ["movieId", "title", "genres"], movies)
    return f"a synthetic log, as MovieLens could not be reached (delete {cache_folder() / 'sample-data'} to try again)"


def prepare():
    """The folder with ratings.csv and movies.csv, and where they came from."""
    folder = cache_folder() / "sample-data"
    source = folder / "SOURCE"
    if source.is_file():
        return folder, source.read_text(encoding="utf-8").strip()
    folder.parent.mkdir(parents=True, exist_ok=True)
    for fetch in (from_owner, from_package, synthetic):
        draft = Path(tempfile.mkdtemp(prefix="sample-data.", dir=folder.parent))
        try:
            name = fetch(draft)
        except UNUSABLE as problem:
            print(f"demo: no data {fetch.__name__.replace('_', ' ')}: {problem}", flush=True)
            shutil.rmtree(draft)
            continue
        (draft / "SOURCE").write_text(name + "\n", encoding="utf-8")
        draft.chmod(0o755)
        # Another demo may have come first with the same files; a folder without SOURCE is somebody's half-deleted one.
        if not source.is_file():
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
        else:
            shutil.rmtree(draft)
        return folder, name
    raise RuntimeError("no sample data")  # synthetic() fails only where nothing can be written


if __name__ == "__main__":
    print(*prepare(), sep="\n")
