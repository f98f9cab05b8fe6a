#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "bus/bus.hpp"

namespace sasrec::serving {

/// Up to which moment a group has certainly read a topic: what was published before mark() is acknowledged. Used by one
/// thread.
class ReadMark {
 public:
  ReadMark(bus::Bus& bus, bus::Topic topic, bus::Group group) : bus_(bus), topic_(topic), group_(group) {}

  /// Asks the bus. While the group is behind, the mark stays until it has read what was there at an earlier call.
  /// kUnavailable: the bus does not answer; the mark stays.
  base::Result<base::Time> advance(base::Time now);

 private:
  struct Snapshot {
    base::Time at;
    std::vector<std::int64_t> ends;
  };

  bus::Bus& bus_;
  const bus::Topic topic_;
  const bus::Group group_;
  base::Time mark_{};                // 1970: it has read nothing for certain
  std::optional<Snapshot> awaited_;  // what the group had not read yet
};

}  // namespace sasrec::serving
