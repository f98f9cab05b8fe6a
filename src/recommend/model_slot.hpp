#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "recommend/model.hpp"

namespace sasrec::recommend {

/// Holds the model that is served. A request takes it once and keeps that version to its end.
/// Thread-safe. A mutex: libstdc++ 12's atomic shared_ptr is a race under ThreadSanitizer.
class ModelSlot {
 public:
  /// Null before the first model is there.
  std::shared_ptr<const Model> get() const {
    const std::scoped_lock lock(mutex_);
    return model_;
  }

  /// Returns the model that was there before, so that the caller decides where its memory is freed.
  std::shared_ptr<const Model> put(std::shared_ptr<const Model> model) {
    const std::scoped_lock lock(mutex_);
    return std::exchange(model_, std::move(model));
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Model> model_;  // shared: requests in flight keep theirs while another is put in
};

}  // namespace sasrec::recommend
