#pragma once

#include <cstddef>

namespace sasrec::base {

/// Reserves cores of this process for one piece of parallel work until destroyed. Several pieces, each of which could
/// use all cores, share them this way: each takes at most what the others left. It only counts and binds no thread to a
/// core. Thread-safe.
class CoreClaim {
 public:
  /// Claims one core in any case, and up to `max_cores` if they are free.
  explicit CoreClaim(std::size_t max_cores);
  ~CoreClaim();
  CoreClaim(const CoreClaim&) = delete;
  CoreClaim& operator=(const CoreClaim&) = delete;

  std::size_t count() const { return count_; }

 private:
  std::size_t count_;
};

}  // namespace sasrec::base
