#include "store/connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "store/sql_error.hpp"

namespace sasrec::store {
namespace {

using std::chrono::steady_clock;

using ResultPointer = std::unique_ptr<pg_result, decltype([](pg_result* result) { PQclear(result); })>;

/// libpq's messages end lines where ours are one.
std::string one_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

/// libpq's complaint about a url quotes it, password and all, so it is not passed on.
base::Result<void> check_url(const std::string& url) {
  char* complaint = nullptr;
  auto* const options = PQconninfoParse(url.c_str(), &complaint);
  PQfreemem(complaint);
  PQconninfoFree(options);
  if (options == nullptr) {
    return base::fail(base::ErrorCode::kInvalidInput,
                      "the database's address can't be read; it is like postgres://user@host:5432/name, or like "
                      "\"host=... dbname=...\", with special characters of a URL's parts as %XX");
  }
  return {};
}

base::Error error_of(const pg_result* result) {
  const auto field = [&](int code) {
    const char* const text = PQresultErrorField(result, code);
    return std::string_view(text == nullptr ? "" : text);
  };
  const auto state = field(PG_DIAG_SQLSTATE);
  if (state.empty()) return {base::ErrorCode::kUnavailable, "the connection to the database was lost"};
  return sql_error(state, field(PG_DIAG_MESSAGE_PRIMARY), field(PG_DIAG_CONSTRAINT_NAME));
}

base::Result<Rows> to_rows(ResultPointer result) {
  const auto status = PQresultStatus(result.get());
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
    return Rows(result.release());
  }
  if (status == PGRES_PIPELINE_ABORTED) {
    return base::fail(base::ErrorCode::kUnavailable, "not run: a statement before it failed");
  }
  return base::Failure(error_of(result.get()));
}

/// The settings of a session, all of them ours: the url's own options stay as they are.
std::string session_settings(const ConnectionOptions& options) {
  auto settings = fmt::format("SET statement_timeout = {}; SET jit = off", options.statement_timeout.count());
  if (options.planning == Planning::kByIndex) {
    // Without statistics, as after the first rows of a new table, a join by hash or a scan looks cheap, and a prepared
    // plan stays as it is while the table grows.
    // Nor can an index be turned off that is read from end to end, which looks cheap while a table has a hundred rows:
    // so reading an entry is dear, and finding those that are wanted is the cheapest at any size.
    settings +=
        "; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off"
        "; SET enable_mergejoin = off; SET enable_memoize = off; SET cpu_index_tuple_cost = 100";
  }
  return settings;
}

}  // namespace

void Connection::Close::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

base::Result<Connection> Connection::open(const ConnectionOptions& options) {
  if (const auto checked = check_url(options.url); !checked) return base::Failure(checked.error());
  const auto timeout = std::to_string(options.connect_timeout.count());
  // The last of equal keywords counts, so the url can override what comes before it.
  const std::array<std::pair<const char*, const char*>, 10> words{{
      {"connect_timeout", timeout.c_str()},
      {"keepalives_idle", "10"},
      {"keepalives_interval", "3"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "10000"},
      {"fallback_application_name", options.application.c_str()},
      {"dbname", options.url.c_str()},
      {"client_encoding", "UTF8"},
      {nullptr, nullptr},
  }};
  std::array<const char*, words.size()> names{};
  std::array<const char*, words.size()> values{};
  for (std::size_t i = 0; i < words.size(); ++i) std::tie(names[i], values[i]) = words[i];

  Connection connection(PQconnectdbParams(names.data(), values.data(), 1));
  pg_conn* const raw = connection.connection_.get();
  if (PQstatus(raw) != CONNECTION_OK) {
    return base::fail(base::ErrorCode::kUnavailable, "no connection to the database: {}",
                      one_line(raw == nullptr ? "out of memory" : PQerrorMessage(raw)));
  }
  PQsetNoticeProcessor(raw, [](void*, const char*) {}, nullptr);
  PQsetErrorContextVisibility(raw, PQSHOW_CONTEXT_NEVER);
  if (PQsetnonblocking(raw, 1) != 0) return connection.lost();
  auto set = connection.execute(session_settings(options), steady_clock::now() + options.connect_timeout);
  if (!set) return base::Failure(std::move(set.error()));
  return connection;
}

bool Connection::usable() const {
  if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK) return false;
  pollfd socket{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
  return ::poll(&socket, 1, 0) == 0;
}

base::Failure Connection::lost() {
  connection_.reset();
  prepared_.clear();
  return base::fail(base::ErrorCode::kUnavailable, "the connection to the database was lost");
}

/// Waits for one of `events` at the socket, and takes in what can be read.
base::Result<void> Connection::wait(short events, Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  pollfd socket{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
  const int ready = left <= 0 ? 0 : ::poll(&socket, 1, static_cast<int>(std::min<long>(left, 3'600'000)));
  if (ready < 0 && errno != EINTR) return lost();
  if (ready == 0) {
    static_cast<void>(lost());
    return base::fail(base::ErrorCode::kUnavailable, "the database did not answer in time");
  }
  if ((socket.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_.get()) == 0) {
    // What came before the end may hold the reason, so it is read first.
    if (PQisBusy(connection_.get()) != 0) return lost();
  }
  return {};
}

/// Waits until the socket can be read, writing what libpq still holds back.
base::Result<void> Connection::wait_for_input(Deadline deadline) {
  const int unsent = PQflush(connection_.get());
  if (unsent < 0) return lost();
  return wait(unsent > 0 ? POLLIN | POLLOUT : POLLIN, deadline);
}

base::Result<pg_result*> Connection::next_result(Deadline deadline) {
  while (PQisBusy(connection_.get()) != 0) {
    if (auto waited = wait_for_input(deadline); !waited) return base::Failure(std::move(waited.error()));
  }
  auto* const result = PQgetResult(connection_.get());
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    const ResultPointer dropped(result);
    auto error = result == nullptr ? base::Error{} : error_of(result);
    auto failure = lost();
    // A reason like "terminating connection due to administrator command".
    if (error.code == base::ErrorCode::kUnavailable) return base::Failure(std::move(error));
    return failure;
  }
  return result;
}

base::Result<Rows> Connection::receive_last(Deadline deadline) {
  base::Result<Rows> last = base::fail(base::ErrorCode::kInternal, "the database answers nothing");
  bool failed = false;
  while (true) {
    auto result = next_result(deadline);
    if (!result) return base::Failure(std::move(result.error()));
    if (*result == nullptr) return last;
    if (failed) {
      PQclear(*result);
      continue;
    }
    last = to_rows(ResultPointer(*result));
    failed = !last.has_value();
  }
}

base::Result<void> Connection::send(const Query& query) {
  const auto& values = query.parameters.values();
  std::vector<const char*> data(values.size());
  std::vector<int> lengths(values.size());
  const std::vector<int> formats(values.size(), 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    data[i] = values[i].data();
    lengths[i] = static_cast<int>(values[i].size());
  }
  if (PQsendQueryPrepared(connection_.get(), query.statement->name, static_cast<int>(values.size()), data.data(),
                          lengths.data(), formats.data(), 1) == 0) {
    return lost();
  }
  return {};
}

base::Result<void> Connection::prepare(const Statement& statement, Deadline deadline) {
  if (!connection_) return lost();
  if (prepared_.contains(&statement)) return {};
  if (PQsendPrepare(connection_.get(), statement.name, statement.sql, 0, nullptr) == 0) return lost();
  if (auto done = receive_last(deadline); !done) return base::Failure(std::move(done.error()));
  prepared_.insert(&statement);
  return {};
}

base::Result<void> Connection::prepare(std::span<const Query> queries, Deadline deadline) {
  for (const auto& query : queries) {
    if (auto prepared = prepare(*query.statement, deadline); !prepared) return prepared;
  }
  return {};
}

base::Result<Rows> Connection::run(const Statement& statement, const Parameters& parameters, Deadline deadline) {
  if (auto prepared = prepare(statement, deadline); !prepared) return base::Failure(std::move(prepared.error()));
  if (auto sent = send({&statement, parameters}); !sent) return base::Failure(std::move(sent.error()));
  return receive_last(deadline);
}

base::Result<std::vector<base::Result<Rows>>> Connection::receive_pipeline(std::size_t queries, std::size_t syncs,
                                                                           Deadline deadline) {
  std::vector<base::Result<Rows>> all;
  all.reserve(queries);
  for (std::size_t synced = 0; synced < syncs;) {
    auto result = next_result(deadline);
    if (!result) return base::Failure(std::move(result.error()));
    if (*result == nullptr) continue;  // separates the results of two queries
    ResultPointer pointer(*result);
    if (PQresultStatus(pointer.get()) == PGRES_PIPELINE_SYNC) {
      ++synced;
    } else {
      all.push_back(to_rows(std::move(pointer)));
    }
  }
  if (PQexitPipelineMode(connection_.get()) == 0 || all.size() != queries) return lost();
  return all;
}

base::Result<std::vector<Rows>> Connection::run_together(std::span<const Query> queries, Deadline deadline) {
  if (auto prepared = prepare(queries, deadline); !prepared) return base::Failure(std::move(prepared.error()));
  if (!connection_ || PQenterPipelineMode(connection_.get()) == 0) return lost();
  for (const auto& query : queries) {
    if (auto sent = send(query); !sent) return base::Failure(std::move(sent.error()));
  }
  // All up to a sync is one transaction.
  if (PQpipelineSync(connection_.get()) == 0) return lost();
  auto received = receive_pipeline(queries.size(), 1, deadline);
  if (!received) return base::Failure(std::move(received.error()));
  std::vector<Rows> all;
  all.reserve(queries.size());
  for (auto& rows : *received) {
    if (!rows) return base::Failure(std::move(rows.error()));
    all.push_back(std::move(*rows));
  }
  return all;
}

base::Result<std::vector<base::Result<Rows>>> Connection::run_each(std::span<const Query> queries, Deadline deadline) {
  if (auto prepared = prepare(queries, deadline); !prepared) return base::Failure(std::move(prepared.error()));
  if (!connection_ || PQenterPipelineMode(connection_.get()) == 0) return lost();
  for (const auto& query : queries) {
    if (auto sent = send(query); !sent) return base::Failure(std::move(sent.error()));
    if (PQpipelineSync(connection_.get()) == 0) return lost();
  }
  return receive_pipeline(queries.size(), queries.size(), deadline);
}

base::Result<void> Connection::execute(const std::string& sql, Deadline deadline) {
  if (!connection_ || PQsendQuery(connection_.get(), sql.c_str()) == 0) return lost();
  if (auto done = receive_last(deadline); !done) return base::Failure(std::move(done.error()));
  return {};
}

base::Result<void> Connection::flush(Deadline deadline) {
  while (true) {
    const int unsent = PQflush(connection_.get());
    if (unsent < 0) return lost();
    if (unsent == 0) return {};
    // Not wait_for_input: that may send the rest itself, and then wait for an answer that nobody owes.
    if (auto waited = wait(POLLIN | POLLOUT, deadline); !waited) return waited;
  }
}

base::Result<std::size_t> Connection::copy(const std::string& sql, std::string_view data, Deadline deadline) {
  if (!connection_ || PQsendQuery(connection_.get(), sql.c_str()) == 0) return lost();
  auto begun = next_result(deadline);
  if (!begun) return base::Failure(std::move(begun.error()));
  {
    ResultPointer pointer(*begun);
    if (PQresultStatus(pointer.get()) != PGRES_COPY_IN) {
      auto error = error_of(pointer.get());
      static_cast<void>(receive_last(deadline));
      return base::Failure(std::move(error));
    }
  }
  constexpr std::size_t kPiece = 1 << 18;
  while (!data.empty()) {
    const auto piece = data.substr(0, kPiece);
    const int taken = PQputCopyData(connection_.get(), piece.data(), static_cast<int>(piece.size()));
    if (taken < 0) return lost();
    if (taken > 0) data.remove_prefix(piece.size());
    if (auto flushed = flush(deadline); !flushed) return base::Failure(std::move(flushed.error()));
  }
  while (true) {
    const int ended = PQputCopyEnd(connection_.get(), nullptr);
    if (ended < 0) return lost();
    if (ended > 0) break;
    if (auto flushed = flush(deadline); !flushed) return base::Failure(std::move(flushed.error()));
  }
  auto copied = receive_last(deadline);
  if (!copied) return base::Failure(std::move(copied.error()));
  return copied->affected();
}

base::Result<void> Connection::copy_out(const std::string& sql,
                                        const std::function<base::Result<void>(std::string_view row)>& take,
                                        std::chrono::milliseconds silence) {
  constexpr std::size_t kHeader = 19;  // in front of the first row: signature, flags, length of an extension
  constexpr std::string_view kEnd = "\xff\xff";
  if (!connection_ || PQsendQuery(connection_.get(), sql.c_str()) == 0) return lost();
  auto begun = next_result(steady_clock::now() + silence);
  if (!begun) return base::Failure(std::move(begun.error()));
  {
    ResultPointer pointer(*begun);
    if (PQresultStatus(pointer.get()) != PGRES_COPY_OUT) {
      auto error = error_of(pointer.get());
      static_cast<void>(receive_last(steady_clock::now() + silence));
      return base::Failure(std::move(error));
    }
  }
  for (bool first = true;;) {
    char* bytes = nullptr;
    const int size = PQgetCopyData(connection_.get(), &bytes, 1);
    if (size == 0) {
      if (auto waited = wait_for_input(steady_clock::now() + silence); !waited) return waited;
      continue;
    }
    if (size < 0) break;
    const std::unique_ptr<char, decltype([](char* memory) { PQfreemem(memory); })> owned(bytes);
    std::string_view row(bytes, static_cast<std::size_t>(size));
    if (first) row.remove_prefix(std::min(kHeader, row.size()));  // it comes alone or with the first row
    first = false;
    if (row.empty() || row == kEnd) continue;
    if (auto taken = take(row); !taken) {
      static_cast<void>(lost());
      return taken;
    }
  }
  auto ended = receive_last(steady_clock::now() + silence);
  if (!ended) return base::Failure(std::move(ended.error()));
  return {};
}

}  // namespace sasrec::store
