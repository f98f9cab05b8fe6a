#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sasrec::test {

/// Remembers what a bus tells its operator. Thread-safe; must outlive the bus.
class Notices {
 public:
  void add(std::string_view text) {
    const std::lock_guard lock(mutex_);
    texts_.emplace_back(text);
  }

  std::vector<std::string> texts() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }

  /// How many of them contain `part`.
  long count(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return std::ranges::count_if(texts_, [&](const auto& text) { return text.find(part) != std::string::npos; });
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

}  // namespace sasrec::test
