#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/parameters.hpp"
#include "store/rows.hpp"

struct pg_conn;

namespace sasrec::store {

/// How statements are planned.
enum class Planning {
  kByIndex,   ///< always by index, planned once: right for small batches on tables of any size, statistics or not
  kFromData,  ///< PostgreSQL's own choice: right for what reads much of a table
};

struct ConnectionOptions {
  std::string url;  ///< postgres://user:password@host:port/name, or key=value words: all that libpq takes
  std::string application = "sasrec";
  std::chrono::seconds connect_timeout{2};  ///< for each of the url's hosts; libpq takes no less than two
  /// After this the server gives a statement up, even one that nobody waits for any more. 0: never.
  std::chrono::milliseconds statement_timeout{60'000};
  Planning planning = Planning::kByIndex;
};

using Deadline = std::chrono::steady_clock::time_point;

/// A statement with a name. It is prepared on a connection when it is first run there. Statements are constants: they
/// are distinguished by address.
struct Statement {
  const char* name;
  const char* sql;
};

struct Query {
  const Statement* statement = nullptr;
  Parameters parameters;
};

/// One connection to PostgreSQL. For one thread at a time. Errors are those of sql_error; kUnavailable too if an answer
/// isn't there by the deadline, after which the connection is of no use. Messages hold no values and no password.
class Connection {
 public:
  /// kInvalidInput: the url can't be read. kUnavailable: the server can't be reached or refuses.
  static base::Result<Connection> open(const ConnectionOptions& options);

  Connection(Connection&&) = default;
  Connection& operator=(Connection&&) = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  /// False once the connection is lost, or the server has sent something unasked for (it does before it closes one).
  /// Only asks the socket.
  bool usable() const;

  /// Runs one statement in its own transaction.
  base::Result<Rows> run(const Statement& statement, const Parameters& parameters, Deadline deadline);

  /// Runs all in one transaction and one round trip: all or none.
  base::Result<std::vector<Rows>> run_together(std::span<const Query> queries, Deadline deadline);

  /// Runs each in its own transaction, all in one round trip. An error outside: the connection was lost.
  base::Result<std::vector<base::Result<Rows>>> run_each(std::span<const Query> queries, Deadline deadline);

  /// One or more statements without parameters; what they return is dropped. An empty text asks whether the server is
  /// there.
  base::Result<void> execute(const std::string& sql, Deadline deadline);

  /// COPY ... FROM STDIN with these bytes; returns the number of rows.
  base::Result<std::size_t> copy(const std::string& sql, std::string_view data, Deadline deadline);

  /// COPY ... TO STDOUT (FORMAT binary): calls `take` with each row's bytes as they come, nothing more is held. The row
  /// stands as the protocol has it, without the stream's header and end. kUnavailable too if nothing comes for
  /// `silence`; what `take` returns ends it, and costs the connection.
  base::Result<void> copy_out(const std::string& sql,
                              const std::function<base::Result<void>(std::string_view row)>& take,
                              std::chrono::milliseconds silence);

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  explicit Connection(pg_conn* connection) : connection_(connection) {}

  base::Result<void> prepare(std::span<const Query> queries, Deadline deadline);
  base::Result<void> prepare(const Statement& statement, Deadline deadline);
  base::Result<void> send(const Query& query);
  base::Result<std::vector<base::Result<Rows>>> receive_pipeline(std::size_t queries, std::size_t syncs,
                                                                 Deadline deadline);
  base::Result<Rows> receive_last(Deadline deadline);
  base::Result<pg_result*> next_result(Deadline deadline);
  base::Result<void> wait(short events, Deadline deadline);
  base::Result<void> wait_for_input(Deadline deadline);
  base::Result<void> flush(Deadline deadline);
  base::Failure lost();

  std::unique_ptr<pg_conn, Close> connection_;
  std::set<const Statement*> prepared_;
};

}  // namespace sasrec::store
