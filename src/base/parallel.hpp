#pragma once

#include <cstddef>
#include <functional>

namespace sasrec::base {

/// Number of threads to use when the user does not say: the cores this process may run on, at least 1.
std::size_t default_threads();

/// Calls `work(worker, index)` once for each index in [0, count), in no particular order, on up to `threads` threads
/// (the caller's among them; as many as the system gives). `worker` is in [0, threads): at any time one thread has it,
/// so per-worker scratch memory needs no lock. Returns when all calls have returned. The first exception stops the rest
/// and is rethrown here.
void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t worker, std::size_t index)>& work);

}  // namespace sasrec::base
