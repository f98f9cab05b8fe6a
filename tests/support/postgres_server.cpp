#include "support/postgres_server.hpp"

#include <libpq-fe.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "support/eventually.hpp"
#include "support/postgres_template.hpp"

namespace sasrec::test {
namespace {

constexpr std::chrono::seconds kPatience(60);
constexpr int kSocketNumber = 5432;  // names the socket's file

using Connection = std::unique_ptr<PGconn, decltype([](PGconn* connection) { PQfinish(connection); })>;
using Answer = std::unique_ptr<PGresult, decltype([](PGresult* result) { PQclear(result); })>;

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) != 0 || std::string_view("-._/").find(letter) != std::string_view::npos) {
      encoded += letter;
    } else {
      encoded += {'%', kDigits[byte / 16], kDigits[byte % 16]};
    }
  }
  return encoded;
}

std::string random_password() {
  std::random_device random;
  return std::to_string(random()) + "-" + std::to_string(random());
}

std::vector<pid_t> children_of(pid_t process) {
  const auto number = std::to_string(process);
  std::ifstream file("/proc/" + number + "/task/" + number + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) children.push_back(child);
  return children;
}

/// Removes the System V segment of a server that was killed and is not started again; it would stay until the next
/// boot. The server names it in its lock file.
void remove_shared_memory(const std::filesystem::path& lock_file) {
  std::ifstream file(lock_file);
  std::string line;
  for (int number = 1; number <= 7; ++number) {
    if (!std::getline(file, line)) return;
  }
  unsigned long key = 0;
  int segment = 0;
  if (!(std::istringstream(line) >> key >> segment)) return;
  shmid_ds status{};
  if (::shmctl(segment, IPC_STAT, &status) != 0) return;
  const bool same = static_cast<unsigned long>(static_cast<unsigned>(status.shm_perm.__key)) == key;
  if (same && status.shm_nattch == 0) ::shmctl(segment, IPC_RMID, nullptr);
}

}  // namespace

PostgresServer::PostgresServer() : PostgresServer(Options{}) {}

PostgresServer::PostgresServer(const Options& options) : options_(options), account_(unprivileged_account()) {
  give_to(account_, folder_.path());
  make_postgres_data(data(), account_);
  if (options_.listen == Listen::kSocketAndTcp) {
    port_ = std::make_unique<FreePort>();
    password_ = random_password();
  }
  configure();
  start();
  if (port_) execute("ALTER ROLE sasrec PASSWORD '" + password_ + "'");
}

PostgresServer::~PostgresServer() {
  if (running()) {
    server_->signal(SIGQUIT);
    server_->wait(kPatience);
  }
  server_.reset();
  remove_shared_memory(data() / "postmaster.pid");
}

std::string PostgresServer::connection_string(const std::string& database) const {
  return "postgres://sasrec@/" + percent_encoded(database) + "?host=" + percent_encoded(folder_.path().string()) +
         "&port=" + std::to_string(port_ ? port_->number() : kSocketNumber);
}

std::string PostgresServer::tcp_connection_string(const std::string& database) const {
  if (!port_) throw std::logic_error("this server listens on a Unix socket only; see PostgresServer::Listen");
  return "postgres://sasrec:" + password_ + "@127.0.0.1:" + std::to_string(port_->number()) + "/" +
         percent_encoded(database);
}

void PostgresServer::create_database(const std::string& name) {
  std::string quoted;
  for (const char letter : name) quoted += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  execute("CREATE DATABASE \"" + quoted + '"');
}

void PostgresServer::stop(StopMode mode) {
  if (!running()) throw std::logic_error("the server does not run");
  server_->signal(mode == StopMode::kFast ? SIGINT : SIGQUIT);
  if (!server_->wait(kPatience)) throw std::runtime_error("PostgreSQL does not stop:\n" + log());
}

void PostgresServer::kill() {
  if (!running()) throw std::logic_error("the server does not run");
  // Stopped, it starts no more children, and none of them sees it end before its own end.
  server_->signal(SIGSTOP);
  const auto children = children_of(server_->pid());
  for (const pid_t child : children) ::kill(child, SIGKILL);
  server_->signal(SIGKILL);
  server_->wait();
  if (!eventually(kPatience, [&] { return std::ranges::all_of(children, has_ended); })) {
    throw std::runtime_error("processes of PostgreSQL do not end after SIGKILL");
  }
}

void PostgresServer::start() {
  if (running()) throw std::logic_error("the server runs already");
  server_ =
      std::make_unique<Process>(SASREC_POSTGRES_BIN "/postgres", std::vector<std::string>{"-D", data()},
                                // SIGQUIT lets it end its children and leave no shared memory behind.
                                ProcessOptions{.folder = folder_.path(), .account = account_, .death_signal = SIGQUIT});
  const auto uri = connection_string();
  const bool answered = eventually(kPatience, [&] { return !running() || PQping(uri.c_str()) == PQPING_OK; });
  if (!answered || !running()) throw std::runtime_error("PostgreSQL does not start:\n" + log());
}

bool PostgresServer::running() {
  return server_ && !server_->exit_code();
}

std::string PostgresServer::log() const {
  return server_ ? server_->out() + server_->err() : "";
}

void PostgresServer::configure() {
  const std::string durable = options_.fsync == Fsync::kOn ? "on" : "off";
  std::map<std::string, std::string> settings{
      {"listen_addresses", port_ ? "127.0.0.1" : ""},
      {"port", std::to_string(port_ ? port_->number() : kSocketNumber)},
      {"unix_socket_directories", folder_.path().string()},
      {"fsync", durable},
      {"full_page_writes", durable},
      {"shared_buffers", "32MB"},
      {"max_connections", "50"},
      // Files in the data directory, which go away with it; POSIX shared memory would outlive SIGKILL.
      {"dynamic_shared_memory_type", "mmap"},
      {"logging_collector", "off"},
      {"log_line_prefix", "%m [%p] "},
  };
  for (const auto& [name, value] : options_.settings) settings[name] = value;
  std::ofstream file(data() / "postgresql.conf", std::ios::app);
  for (const auto& [name, value] : settings) {
    file << name << " = '";
    for (const char letter : value) file << (letter == '\'' ? "''" : std::string(1, letter));
    file << "'\n";
  }
  if (!file.flush()) throw std::runtime_error("cannot write postgresql.conf in " + data().string());
}

void PostgresServer::execute(const std::string& statement) const {
  const Connection connection(PQconnectdb(connection_string().c_str()));
  const Answer answer(PQexec(connection.get(), statement.c_str()));
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) {
    throw std::runtime_error(statement + ": " + PQerrorMessage(connection.get()));
  }
}

}  // namespace sasrec::test
