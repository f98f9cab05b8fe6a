#include "base/parallel.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace sasrec::base {

std::size_t default_threads() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&allowed)));
}

void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t worker, std::size_t index)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr first;  // guarded by mutex
  const auto run = [&](std::size_t worker) {
    try {
      for (std::size_t index = next++; index < count; index = next++) work(worker, index);
    } catch (...) {
      next = count;
      // `next` is past the end now, so the other workers stop after the call that they are in.
      const std::lock_guard lock(mutex);
      if (!first) first = std::current_exception();
    }
  };
  {
    // Joined at the end of this block, before `first` is read without the lock.
    std::vector<std::jthread> helpers;
    bool more = true;
    for (std::size_t worker = 1; more && worker < std::min(threads, count); ++worker) {
      try {
        helpers.emplace_back(run, worker);
      } catch (const std::system_error&) {
        more = false;  // the system starts no more threads: those that run do all the work
      }
    }
    run(0);
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace sasrec::base
