#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "support/free_port.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::test {

/// A PostgreSQL server of the test's own, with its data in a temporary folder. Each test that wants one has one: it
/// starts in a fraction of a second, from a template that the first on a machine makes and keeps in the system's
/// temporary folder. It never runs as root; a test that does starts it as "nobody". It ends with its object, and with
/// this process if that is killed.
///
/// What is committed outlives kill() with either Fsync; kOff forgoes only what a crash of the machine needs.
/// One thread at a time starts and ends it; connection_string() and the like may be called from any.
/// Everything throws std::runtime_error, with the server's log, if it does not do in time what it is told.
class PostgresServer {
 public:
  enum class Fsync { kOff, kOn };
  enum class Listen {
    kSocket,        ///< a Unix socket only
    kSocketAndTcp,  ///< a free port of 127.0.0.1 as well, with a password
  };
  struct Options {
    Fsync fsync = Fsync::kOff;
    Listen listen = Listen::kSocket;
    std::map<std::string, std::string> settings;  ///< of postgresql.conf, over ours
  };
  enum class StopMode {
    kFast,       ///< ends sessions, writes a checkpoint
    kImmediate,  ///< ends sessions and writes nothing: the next start recovers
  };

  /// Starts it.
  PostgresServer();
  explicit PostgresServer(const Options& options);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// postgres://… for libpq and others, over the Unix socket. The role is a superuser.
  std::string connection_string(const std::string& database = "postgres") const;
  /// The same over TCP, for a server that listens there.
  std::string tcp_connection_string(const std::string& database = "postgres") const;

  /// What tcp_connection_string() holds and no log may; empty without TCP.
  const std::string& password() const { return password_; }

  /// Makes an empty database of this name.
  void create_database(const std::string& name);

  /// Ends it. Data, socket, port and password stay the same for start().
  void stop(StopMode mode = StopMode::kFast);
  /// Ends all of its processes at once with SIGKILL, as a crash of its container does.
  void kill();
  /// Starts it again, and returns when it takes connections: after recovery, if it needs that.
  void start();

  bool running();

  /// What the last started server has written.
  std::string log() const;

 private:
  std::filesystem::path data() const { return folder_.path() / "data"; }

  void configure();
  void execute(const std::string& statement) const;

  Options options_;
  std::optional<Account> account_;
  TemporaryFolder folder_{TemporaryFolder::Place::kDisk};
  std::unique_ptr<FreePort> port_;
  std::string password_;
  std::unique_ptr<Process> server_;
};

}  // namespace sasrec::test
