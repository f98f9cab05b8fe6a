#include "support/fakes/fake_outage.hpp"

#include <chrono>
#include <utility>

namespace sasrec::test {

void FakeOutage::fail(base::ErrorCode code) {
  const std::scoped_lock lock(mutex_);
  code_ = code;
  times_.reset();
}

void FakeOutage::fail_times(std::size_t count, base::ErrorCode code) {
  const std::scoped_lock lock(mutex_);
  code_ = code;
  times_ = count;
}

void FakeOutage::recover() {
  const std::scoped_lock lock(mutex_);
  code_.reset();
}

void FakeOutage::hold() {
  const std::scoped_lock lock(mutex_);
  held_ = true;
}

void FakeOutage::release() {
  std::vector<std::function<void(base::Result<void>)>> waiting;
  {
    const std::scoped_lock lock(mutex_);
    held_ = false;
    waiting.swap(waiting_);
    changed_.notify_all();
  }
  for (auto& call : waiting) {
    base::Result<void> failed;
    {
      const std::scoped_lock lock(mutex_);
      failed = failure();
    }
    call(failed);
  }
}

std::size_t FakeOutage::calls() const {
  const std::scoped_lock lock(mutex_);
  return calls_;
}

bool FakeOutage::await_calls(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return calls_ >= count; });
}

base::Result<void> FakeOutage::enter() {
  std::unique_lock lock(mutex_);
  ++calls_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return !held_; });
  return failure();
}

void FakeOutage::submit(std::function<void(base::Result<void>)> call) {
  base::Result<void> failed;
  {
    const std::scoped_lock lock(mutex_);
    ++calls_;
    changed_.notify_all();
    if (held_) {
      waiting_.push_back(std::move(call));
      return;
    }
    failed = failure();
  }
  call(failed);
}

base::Result<void> FakeOutage::failure() {
  if (!code_) return {};
  const auto code = *code_;
  if (times_ && --*times_ == 0) code_.reset();
  return base::fail(code, "the fake database fails");
}

}  // namespace sasrec::test
