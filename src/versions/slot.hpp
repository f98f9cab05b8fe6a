#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "recommend/model.hpp"

namespace sasrec::versions {

/// Holds the model that is served. A request takes it once and keeps that version to its end.
/// Thread-safe. A mutex: libstdc++ 12's atomic shared_ptr is a race under ThreadSanitizer.
class Slot {
 public:
  /// Null before the first model is loaded.
  std::shared_ptr<const recommend::Model> get() const {
    const std::scoped_lock lock(mutex_);
    return model_;
  }

  /// Returns the model that was there before, so that the caller decides where its memory is freed.
  std::shared_ptr<const recommend::Model> put(std::shared_ptr<const recommend::Model> model) {
    const std::scoped_lock lock(mutex_);
    return std::exchange(model_, std::move(model));
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const recommend::Model> model_;  // shared: requests in flight keep theirs while another is put in
};

}  // namespace sasrec::versions
