#include "base/cores.hpp"

#include <algorithm>
#include <atomic>

#include "base/parallel.hpp"

namespace sasrec::base {
namespace {

std::atomic<std::size_t> claimed{0};

}  // namespace

CoreClaim::CoreClaim(std::size_t most) {
  const std::size_t cores = default_threads();
  std::size_t before = claimed;
  do {
    const std::size_t left = cores - std::min(cores, before);
    count_ = std::max<std::size_t>(1, std::min(most, left));
  } while (!claimed.compare_exchange_weak(before, before + count_));
}

CoreClaim::~CoreClaim() {
  claimed -= count_;
}

}  // namespace sasrec::base
