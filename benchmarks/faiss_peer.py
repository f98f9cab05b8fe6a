"""faiss's exact inner-product search on one thread.

usage: faiss_peer.py FOLDER HIDDEN K ROUNDS

FOLDER's files `table` and `states` hold rows of HIDDEN float32. Prints the milliseconds of a search (median, lower and upper
quartile over ROUNDS for one state after the other), then for each state a line of its K best rows, numbered from 0.
"""

import sys
import time
from pathlib import Path

import faiss
import numpy


def main():
    folder = Path(sys.argv[1])
    hidden, k, rounds = (int(text) for text in sys.argv[2:])
    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(hidden)
    index.add(numpy.fromfile(folder / "table", dtype=numpy.float32).reshape(-1, hidden))
    queries = numpy.fromfile(folder / "states", dtype=numpy.float32).reshape(-1, 1, hidden)
    best = [index.search(query, k)[1][0] for query in queries]
    times = []
    for n in range(rounds):
        start = time.thread_time()
        index.search(queries[n % len(queries)], k)
        times.append((time.thread_time() - start) * 1000)
    times.sort()
    print(times[rounds // 2], times[rounds // 4], times[rounds - 1 - rounds // 4])
    for one in best:
        print(*one)


if __name__ == "__main__":
    main()
