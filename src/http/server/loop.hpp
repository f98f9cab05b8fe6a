#pragma once

#include <memory>
#include <unordered_set>

#include <boost/asio/io_context.hpp>

#include "http/options.hpp"
#include "http/route_metrics.hpp"
#include "http/server/admission.hpp"
#include "http/server/compute_pool.hpp"
#include "http/server/connection_count.hpp"
#include "http/server/mailbox.hpp"
#include "http/services.hpp"

namespace sasrec::http {

class Session;

/// What all connections of a server share.
struct Shared {
  const Services& services;
  const ServerOptions& options;
  const Admission& admission;
  RouteMetrics& metrics;
  ComputePool& pool;
  /// Open connections. Shared with the gauge, which may be read when the server is gone.
  std::shared_ptr<ConnectionCount> connections;
};

/// One I/O thread and its connections: each stays with one thread, so that nothing of it needs a lock.
struct Loop {
  std::unordered_set<Session*> sessions;
  bool stopping = false;
  /// After the sessions: those that are left go with it, and leave the set.
  boost::asio::io_context context{1};
  /// Shared with callbacks that come when the server is gone.
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(context.get_executor());
};

}  // namespace sasrec::http
