#include "store/connection_pool.hpp"

namespace sasrec::store {

ConnectionPool::ConnectionPool(ConnectionOptions options, std::size_t max_connections)
    : options_(std::move(options)), max_connections_(max_connections) {}

base::Result<Connection> ConnectionPool::take(Deadline deadline) {
  std::vector<Connection> dead;  // closed once the lock is released
  {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_until(lock, deadline, [this] { return lent_ < max_connections_; })) {
      return base::fail(base::ErrorCode::kUnavailable, "all {} connections to the database are in use",
                        max_connections_);
    }
    // Counted before it is opened: opening happens without the lock, and others must not exceed the limit meanwhile.
    ++lent_;
    // The one used last first: those that are left alone are the ones that a firewall or the server closes.
    while (!idle_.empty()) {
      Connection connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection.usable()) return connection;
      dead.push_back(std::move(connection));
    }
  }
  auto opened = Connection::open(options_);
  if (!opened) drop();
  return opened;
}

void ConnectionPool::give_back(Connection connection) {
  {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(connection));
    --lent_;
  }
  freed_.notify_one();
}

std::size_t ConnectionPool::in_use() const {
  const std::scoped_lock lock(mutex_);
  return lent_;
}

void ConnectionPool::drop() {
  {
    const std::scoped_lock lock(mutex_);
    --lent_;
  }
  freed_.notify_one();
}

}  // namespace sasrec::store
