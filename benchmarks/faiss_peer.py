"""faiss's exact inner-product search.

usage: faiss_peer.py FOLDER HIDDEN K ROUNDS BATCH THREADS

FOLDER's files `table` and `states` hold rows of HIDDEN float32. Prints the milliseconds of a search (median, lower and upper
quartile over ROUNDS for BATCH states after the other), then for each state a line of its K best rows, numbered from 0.
"""

import sys
import time
from pathlib import Path

import faiss
import numpy


def main():
    folder = Path(sys.argv[1])
    hidden, k, rounds, batch, threads = (int(text) for text in sys.argv[2:])
    faiss.omp_set_num_threads(threads)
    clock = time.thread_time if threads == 1 else time.perf_counter
    index = faiss.IndexFlatIP(hidden)
    index.add(numpy.fromfile(folder / "table", dtype=numpy.float32).reshape(-1, hidden))
    queries = numpy.fromfile(folder / "states", dtype=numpy.float32).reshape(-1, batch, hidden)
    best = [rows for query in queries for rows in index.search(query, k)[1]]
    times = []
    for n in range(rounds):
        start = clock()
        index.search(queries[n % len(queries)], k)
        times.append((clock() - start) * 1000)
    times.sort()
    print(times[rounds // 2], times[rounds // 4], times[rounds - 1 - rounds // 4])
    for one in best:
        print(*one)


if __name__ == "__main__":
    main()
