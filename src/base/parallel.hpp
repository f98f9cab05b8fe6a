#pragma once

#include <cstddef>
#include <functional>

namespace sasrec::base {

/// The default number of threads: the number of cores that this process may run on, at least 1.
std::size_t default_threads();

/// Calls `work(worker, index)` once for each index in [0, count), in no particular order. Returns when all calls have
/// returned. The first exception stops the remaining calls and is rethrown here.
///
/// threads   maximum number of threads, the calling one included; fewer run if the system refuses to start more
/// worker    in [0, threads); two calls that run at the same time have different workers, so memory per worker needs
///           no lock
void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t worker, std::size_t index)>& work);

}  // namespace sasrec::base
