#pragma once

#include <functional>
#include <stop_token>

#include "bus/bus.hpp"
#include "bus/records.hpp"

namespace sasrec::versions {

/// Hears what is announced on sasrec.models from now on. One thread each. A hint and no more: records may be lost, come
/// twice, late, or name what isn't there.
class Listener {
 public:
  /// `heard` is called on run()'s thread. Of several announcements that come together only the last is told.
  Listener(bus::Bus& bus, std::function<void(const bus::ModelAnnouncement&)> heard);

  void run(const std::stop_token& stop);

 private:
  bus::Bus& bus_;
  std::function<void(const bus::ModelAnnouncement&)> heard_;
};

}  // namespace sasrec::versions
