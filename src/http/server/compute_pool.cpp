#include "http/server/compute_pool.hpp"

#include <utility>

namespace sasrec::http {

ComputePool::ComputePool(std::size_t threads, std::size_t max_waiting) : max_waiting_(max_waiting) {
  // The threads start in the body, when the queue and its lock exist.
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }
}

ComputePool::~ComputePool() = default;

bool ComputePool::submit(std::function<void()> work) {
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() >= max_waiting_) return false;
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
  return true;
}

std::size_t ComputePool::waiting() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

void ComputePool::run(const std::stop_token& stop) {
  while (true) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !queue_.empty(); }) || stop.stop_requested()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace sasrec::http
