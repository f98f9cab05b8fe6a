#pragma once

#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread_name.hpp"

namespace sasrec::apps {

/// The threads of a role; asked to stop together, and joined.
class Threads {
 public:
  template <class Work>
  void start(const char* name, Work work) {
    threads_.emplace_back([name, work = std::move(work)](const std::stop_token& stop) {
      base::name_this_thread(name);
      work(stop);
    });
  }
  void stop() {
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
  }

 private:
  std::vector<std::jthread> threads_;
};

}  // namespace sasrec::apps
