#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace sasrec::apps {

/// A PostgreSQL of the service's own, for one machine: made by initdb at the first start, reached by a Unix socket only
/// its account can open. Never run as root: started by root it drops to the account that its data belongs to, at first
/// "postgres" (or "nobody"), and where that account can't reach the data folder (a clone in /root), the data lies in
/// /var/lib/sasrec and the folder links there. Ends with this process, also if that is killed. One owner at a time;
/// others may use it while it runs.
class EmbeddedPostgres {
 public:
  /// Starts the server of `folder`, or joins one that another process has started. Waits until it answers, at most
  /// `patience`. kNotFound: there is no PostgreSQL on this machine; the message says what to install. kIo: it can't be
  /// made or started; the message holds the end of its log.
  static base::Result<std::unique_ptr<EmbeddedPostgres>> start(
      const std::filesystem::path& folder, std::chrono::seconds patience = std::chrono::seconds(60));

  /// Stops the server if this object started it: connections are closed, what is committed is safe.
  ~EmbeddedPostgres();
  EmbeddedPostgres(const EmbeddedPostgres&) = delete;
  EmbeddedPostgres& operator=(const EmbeddedPostgres&) = delete;

  /// How to reach the database, as libpq wants it.
  const std::string& connection() const { return connection_; }

  /// Starts the server again if it has ended: someone has killed it, or it was that of another process which has ended
  /// since; then it is this object's. Costs a few system calls; for the thread that called start().
  base::Result<void> revive();

 private:
  struct Paths;
  explicit EmbeddedPostgres(std::unique_ptr<const Paths> paths);
  base::Result<void> start_server();
  bool ready() const;

  std::unique_ptr<const Paths> paths_;
  std::string connection_;
  int lock_ = -1;      // the open lock file, for as long as the server is ours
  pid_t server_ = -1;  // > 0 if it is ours
};

}  // namespace sasrec::apps
