#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "http/server/waiter.hpp"

namespace sasrec::http {

/// An answer that has no end yet. Used by its connection's coroutine alone.
class ResponseStream {
 public:
  ResponseStream() = default;
  ResponseStream(const ResponseStream&) = delete;
  ResponseStream& operator=(const ResponseStream&) = delete;
  virtual ~ResponseStream() = default;

  /// Puts what is to be sent next into `piece`, which is empty, and waits for it with `waiter`. False: the stream has
  /// ended. Must end it once nobody should wait any more (Waiter::hurried).
  virtual boost::asio::awaitable<bool> next(Waiter& waiter, std::string& piece) = 0;
};

}  // namespace sasrec::http
