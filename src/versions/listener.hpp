#pragma once

#include <functional>
#include <stop_token>

#include "bus/bus.hpp"
#include "bus/records.hpp"

namespace sasrec::versions {

/// Reads the announcements on sasrec.models from now on. One thread each. They are hints: a record may be lost, come
/// twice or late, or name a version that does not exist.
class Listener {
 public:
  /// `heard` is called on run()'s thread. Of several announcements that come together it gets the last.
  Listener(bus::Bus& bus, std::function<void(const bus::ModelAnnouncement&)> heard);

  void run(const std::stop_token& stop);

 private:
  bus::Bus& bus_;
  std::function<void(const bus::ModelAnnouncement&)> heard_;
};

}  // namespace sasrec::versions
