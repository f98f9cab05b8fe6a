#pragma once

#include <functional>
#include <stop_token>

#include "pipeline/bus.hpp"
#include "pipeline/messages.hpp"

namespace sasrec::pipeline {

/// Hears what is announced on sasrec.models from now on. One thread each. A hint and no more: records may be lost, come
/// twice, late, or name what isn't there.
class ModelListener {
 public:
  /// `heard` is called on run()'s thread. Of several announcements that come together only the last is told.
  ModelListener(Bus& bus, std::function<void(const ModelMessage&)> heard);

  void run(const std::stop_token& stop);

 private:
  Bus& bus_;
  std::function<void(const ModelMessage&)> heard_;
};

}  // namespace sasrec::pipeline
