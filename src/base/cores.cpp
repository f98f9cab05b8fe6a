#include "base/cores.hpp"

#include <algorithm>
#include <atomic>

#include "base/parallel.hpp"

namespace sasrec::base {
namespace {

/// Of all CoreClaim objects of the process. May exceed the number of cores, since each claim has at least one.
std::atomic<std::size_t> claimed{0};

}  // namespace

CoreClaim::CoreClaim(std::size_t max_cores) {
  const std::size_t cores = default_threads();
  std::size_t before = claimed;
  do {
    const std::size_t left = cores - std::min(cores, before);
    // One in any case: a caller that found no free core must still make progress.
    count_ = std::max<std::size_t>(1, std::min(max_cores, left));
  } while (!claimed.compare_exchange_weak(before, before + count_));
}

CoreClaim::~CoreClaim() {
  claimed -= count_;
}

}  // namespace sasrec::base
