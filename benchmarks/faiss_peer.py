"""faiss's exact inner-product search on one thread.

usage: faiss_peer.py TABLE ITEMS STATES COUNT HIDDEN K ROUNDS

TABLE holds ITEMS rows and STATES COUNT rows of HIDDEN float32. Prints the milliseconds of a search (median, lower and upper
quartile over ROUNDS for one state after the other), then for each state a line of its K best rows, numbered from 0.
"""

import sys
import time

import faiss
import numpy


def main():
    table, items, states, count, hidden, k, rounds = (text if text.startswith("/") else int(text) for text in sys.argv[1:])
    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(hidden)
    index.add(numpy.fromfile(table, dtype=numpy.float32).reshape(items, hidden))
    queries = numpy.fromfile(states, dtype=numpy.float32).reshape(count, 1, hidden)
    best = [index.search(query, k)[1][0] for query in queries]
    times = []
    for n in range(rounds):
        start = time.thread_time()
        index.search(queries[n % count], k)
        times.append((time.thread_time() - start) * 1000)
    times.sort()
    print(times[rounds // 2], times[rounds // 4], times[rounds - 1 - rounds // 4])
    for one in best:
        print(*one)


if __name__ == "__main__":
    main()
