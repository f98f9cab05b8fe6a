#pragma once

#include <cstddef>

namespace sasrec::base {

/// Cores of this process that are spoken for as long as this lives, so that of several works each of which could use
/// all of them none takes more than the others left. It is a count: no thread is bound to a core.
class CoreClaim {
 public:
  /// Claims one core, and up to `most` of them as far as others have left any.
  explicit CoreClaim(std::size_t most);
  ~CoreClaim();
  CoreClaim(const CoreClaim&) = delete;
  CoreClaim& operator=(const CoreClaim&) = delete;

  std::size_t count() const { return count_; }

 private:
  std::size_t count_;
};

}  // namespace sasrec::base
