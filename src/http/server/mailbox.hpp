#pragma once

#include <functional>
#include <mutex>

#include <boost/asio/any_io_executor.hpp>

namespace sasrec::http {

/// The way back to an I/O thread for callbacks of other parts, which may come when the server is gone. Thread-safe.
class Mailbox {
 public:
  explicit Mailbox(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// Runs `work` on the I/O thread soon; never, if it was closed.
  void post(std::function<void()> work);
  /// After this returns the I/O thread's context is not touched any more.
  void close();

 private:
  std::mutex mutex_;
  boost::asio::any_io_executor executor_;  // guarded by mutex_; empty: closed
};

}  // namespace sasrec::http
