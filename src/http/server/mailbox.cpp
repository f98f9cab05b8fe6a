#include "http/server/mailbox.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace sasrec::http {

void Mailbox::post(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);
  // Posting under the lock: close() must not return while a post is in progress, because the loop ends after it.
  if (executor_) boost::asio::post(executor_, std::move(work));
}

void Mailbox::close() {
  const std::scoped_lock lock(mutex_);
  executor_ = {};
}

}  // namespace sasrec::http
