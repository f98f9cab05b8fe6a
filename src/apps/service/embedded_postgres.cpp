#include "apps/service/embedded_postgres.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/child_process.hpp"

namespace sasrec::apps {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::Result;
using std::chrono::milliseconds;

constexpr const char* kLinkedRoot = "/var/lib/sasrec";

std::string system_message(int error) {
  return std::generic_category().message(error);
}

/// The account that runs the server.
struct Account {
  uid_t user = ::geteuid();
  gid_t group = ::getegid();
  bool other = false;  // another account than this process's
  std::string name;
};

/// The account that runs the server of `folder`: the owner of its data, else another account if this process is root.
Result<Account> find_account(const fs::path& folder) {
  struct stat data{};
  // Data of another account can't be looked at by all; its folder can.
  const bool exists =
      ::stat((folder / "data").c_str(), &data) == 0 || (::geteuid() != 0 && ::stat(folder.c_str(), &data) == 0);
  if (::geteuid() != 0) {
    if (!exists || data.st_uid == ::geteuid()) return Account{};
    return base::fail(ErrorCode::kInvalidInput,
                      "the database in {} belongs to the account with the number {}: run this as that account or as "
                      "root, or choose another --data-dir",
                      folder.string(), data.st_uid);
  }
  if (exists && data.st_uid != 0) {
    return Account{.user = data.st_uid, .group = data.st_gid, .other = true, .name = std::to_string(data.st_uid)};
  }
  for (const char* name : {"postgres", "nobody"}) {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> memory(16'384);
    if (::getpwnam_r(name, &entry, memory.data(), memory.size(), &found) == 0 && found != nullptr) {
      return Account{.user = entry.pw_uid, .group = entry.pw_gid, .other = true, .name = name};
    }
  }
  return base::fail(ErrorCode::kNotFound,
                    "PostgreSQL doesn't run as root, and there is no account \"postgres\" or \"nobody\" to run it as");
}

/// The folder of initdb and postgres of the newest PostgreSQL.
Result<fs::path> find_programs() {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    if (fs::exists(version.path() / "bin/initdb", ignored)) found.push_back(version.path() / "bin");
  }
  if (!found.empty()) {
    return *std::ranges::max_element(
        found, {}, [](const fs::path& bin) { return std::atoi(bin.parent_path().filename().c_str()); });
  }
  for (const char* bin : {"/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"}) {
    if (fs::exists(fs::path(bin) / "initdb", ignored)) return bin;
  }
  return base::fail(ErrorCode::kNotFound,
                    "there is no PostgreSQL on this machine: install it (apt-get install postgresql-15) or name a "
                    "server with --database postgres://user:password@host/name");
}

/// Whether `account` may walk through every folder above `path`.
bool reachable(const fs::path& path, const Account& account) {
  for (fs::path folder = path; folder != folder.root_path();) {
    folder = folder.parent_path();
    struct stat status{};
    if (::stat(folder.c_str(), &status) != 0) return false;
    const mode_t needed = status.st_uid == account.user ? S_IXUSR : status.st_gid == account.group ? S_IXGRP : S_IXOTH;
    if ((status.st_mode & needed) == 0) return false;
  }
  return true;
}

Result<void> make_folder(const fs::path& folder, const Account& account, mode_t mode) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return base::fail(ErrorCode::kIo, "{} can't be made: {}", folder.string(), error.message());
  if (::chmod(folder.c_str(), mode) != 0 ||
      (account.other && ::chown(folder.c_str(), account.user, account.group) != 0)) {
    return base::fail(ErrorCode::kIo, "{} can't be given to {}: {}", folder.string(), account.name,
                      system_message(errno));
  }
  return {};
}

/// A folder below kLinkedRoot for `folder`. Never one that exists: that belongs to a folder which was moved or removed.
fs::path new_target(const fs::path& folder) {
  const auto name = fmt::format("{:016x}", std::hash<std::string>{}(folder.string()));
  std::error_code ignored;
  fs::path target = fs::path(kLinkedRoot) / name;
  for (int number = 2; fs::exists(target, ignored); ++number)
    target = fs::path(kLinkedRoot) / fmt::format("{}-{}", name, number);
  return target;
}

/// `folder` itself, or where it links to because the account can't reach it.
Result<fs::path> settle(const fs::path& wanted, const Account& account) {
  std::error_code error;
  const fs::path folder = fs::absolute(wanted, error).lexically_normal();
  fs::create_directories(folder.parent_path(), error);
  if (error) return base::fail(ErrorCode::kIo, "{} can't be made: {}", folder.parent_path().string(), error.message());
  if (fs::is_symlink(folder)) {
    const fs::path target = fs::read_symlink(folder, error);
    if (const auto made = make_folder(target, account, 0700); !made) return base::Failure(made.error());
    return target;
  }
  if (!account.other || reachable(folder, account)) {
    if (const auto made = make_folder(folder, account, 0700); !made) return base::Failure(made.error());
    return folder;
  }
  const fs::path target = new_target(folder);
  if (const auto root = make_folder(kLinkedRoot, Account{}, 0755); !root) return base::Failure(root.error());
  if (const auto made = make_folder(target, account, 0700); !made) return base::Failure(made.error());
  fs::create_symlink(target, folder, error);
  if (error) return base::fail(ErrorCode::kIo, "{} can't be made: {}", folder.string(), error.message());
  return target;
}

/// Starts a child process as `account`, with its output in `log`. It gets SIGINT when this thread ends.
Result<pid_t> spawn(std::vector<std::string> command, const Account& account, const fs::path& log) {
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) return base::fail(ErrorCode::kIo, "{} can't be written: {}", log.string(), system_message(errno));
  if (account.other && ::fchown(output, account.user, account.group) != 0) {
    ::close(output);
    return base::fail(ErrorCode::kIo, "{} can't be given to {}: {}", log.string(), account.name, system_message(errno));
  }
  base::Command starting{.arguments = std::move(command),
                         .folder = log.parent_path(),
                         .death_signal = SIGINT,  // PostgreSQL's fast shutdown
                         .output = output,
                         .errors = output,
                         .own_session = true};  // a Ctrl-C at the terminal is ours to pass on
  if (account.other) starting.account = {.user = account.user, .group = account.group};
  auto child = base::start(starting);
  ::close(output);
  return child;
}

std::string end_of(const fs::path& log) {
  std::ifstream in(log, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  constexpr std::size_t kMax = 600;
  return text.size() > kMax ? text.substr(text.size() - kMax) : text;
}

/// Whether somebody listens at the socket.
bool answers(const fs::path& socket) {
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client < 0) return false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  const bool fits = path.size() < sizeof address.sun_path;
  if (fits) std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const bool connected = fits && ::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(client);
  return connected;
}

Result<void> write_configuration(const fs::path& folder, const fs::path& data, const Account& account) {
  const fs::path file = data / "postgresql.conf";
  {
    std::ofstream out(file, std::ios::trunc);
    out << "# Written by sasrec at each start.\n"
           "listen_addresses = ''\n"
        << fmt::format("unix_socket_directories = '{}'\n", folder.string())
        << "unix_socket_permissions = 0700\n"
           "max_connections = 100\n"
           "shared_buffers = 128MB\n"
           "max_wal_size = 2GB\n"
           "wal_compression = lz4\n"
           "jit = off\n"
           "timezone = 'UTC'\n"
           "log_timezone = 'UTC'\n";
    if (!out.flush()) return base::fail(ErrorCode::kIo, "{} can't be written: is the disk full?", file.string());
  }
  if (account.other && ::chown(file.c_str(), account.user, account.group) != 0) {
    return base::fail(ErrorCode::kIo, "{} can't be given to {}: {}", file.string(), account.name,
                      system_message(errno));
  }
  return {};
}

Result<void> run_initdb(const fs::path& programs, const fs::path& data, const Account& account, const fs::path& log) {
  // Made aside and renamed: an initdb that was cut short leaves nothing that looks whole.
  fs::path making = data;
  making += ".new";
  std::error_code error;
  fs::remove_all(making, error);
  const auto child = spawn({(programs / "initdb").string(), "--pgdata=" + making.string(), "--username=sasrec",
                            "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-instructions"},
                           account, log);
  if (!child) return base::Failure(child.error());
  if (base::await_exit(*child) != 0) {
    return base::fail(ErrorCode::kIo, "initdb failed ({}):\n{}", log.string(), end_of(log));
  }
  fs::rename(making, data, error);
  if (error) return base::fail(ErrorCode::kIo, "{} can't be made: {}", data.string(), error.message());
  return {};
}

/// The lock's file descriptor if nobody else has it.
Result<std::optional<int>> take_lock(const fs::path& file) {
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return base::fail(ErrorCode::kIo, "{} can't be opened: {}", file.string(), system_message(errno));
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  ::close(lock);
  return std::nullopt;
}

/// What the server says of itself in postmaster.pid: its process, and whether it takes connections.
struct ServerState {
  pid_t process = -1;
  bool ready = false;
};

ServerState state_of(const fs::path& data) {
  constexpr int kStatusLine = 8;
  std::ifstream file(data / "postmaster.pid");
  ServerState state;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (number == 1) state.process = std::atoi(line.c_str());
    if (number == kStatusLine) state.ready = line.starts_with("ready");
  }
  return state;
}

}  // namespace

struct EmbeddedPostgres::Paths {
  Account account;
  fs::path programs;
  fs::path folder;

  fs::path data() const { return folder / "data"; }
  fs::path log() const { return folder / "postgres.log"; }
  fs::path socket() const { return folder / ".s.PGSQL.5432"; }
};

EmbeddedPostgres::EmbeddedPostgres(std::unique_ptr<const Paths> paths)
    : paths_(std::move(paths)),
      // initdb creates the database "postgres", and nothing else uses this server.
      connection_(fmt::format("host='{}' port=5432 user=sasrec dbname=postgres", paths_->folder.string())) {}

Result<void> EmbeddedPostgres::start_server() {
  if (!fs::exists(paths_->data())) {
    const auto made = run_initdb(paths_->programs, paths_->data(), paths_->account, paths_->log());
    if (!made) return made;
  }
  if (auto written = write_configuration(paths_->folder, paths_->data(), paths_->account); !written) return written;
  const auto child =
      spawn({(paths_->programs / "postgres").string(), "-D", paths_->data().string()}, paths_->account, paths_->log());
  if (!child) return base::Failure(child.error());
  server_ = *child;
  return {};
}

bool EmbeddedPostgres::ready() const {
  const auto state = state_of(paths_->data());
  // Ours, and not one that a killed process has left and that is on its way out.
  return state.ready && state.process == server_ && answers(paths_->socket());
}

Result<std::unique_ptr<EmbeddedPostgres>> EmbeddedPostgres::start(const fs::path& wanted,
                                                                  std::chrono::seconds patience) {
  const auto account = find_account(wanted);
  if (!account) return base::Failure(account.error());
  const auto programs = find_programs();
  if (!programs) return base::Failure(programs.error());
  const auto folder = settle(wanted, *account);
  if (!folder) return base::Failure(folder.error());
  auto paths = std::make_unique<const Paths>(Paths{*account, *programs, *folder});
  if (paths->socket().string().size() >= sizeof(sockaddr_un::sun_path)) {
    return base::fail(ErrorCode::kInvalidInput, "{} is too long for a Unix socket; choose a shorter --data-dir",
                      paths->socket().string());
  }

  std::unique_ptr<EmbeddedPostgres> postgres(new EmbeddedPostgres(std::move(paths)));
  const auto give_up = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (postgres->lock_ < 0) {
      const auto lock = take_lock(*folder / "lock");
      if (!lock) return base::Failure(lock.error());
      if (*lock) {
        postgres->lock_ = **lock;
      } else if (state_of(*folder / "data").ready && answers(postgres->paths_->socket())) {
        return postgres;  // another process's, which runs
      }
    }
    if (postgres->lock_ >= 0) {
      // The server of a process that was killed may still be shutting down: then ours ends, and is started again.
      if (const auto started = postgres->revive(); !started) return base::Failure(started.error());
      if (postgres->ready()) return postgres;
    }
    if (std::chrono::steady_clock::now() > give_up) {
      return base::fail(ErrorCode::kIo, "PostgreSQL doesn't start ({}):\n{}", postgres->paths_->log().string(),
                        end_of(postgres->paths_->log()));
    }
    std::this_thread::sleep_for(milliseconds(50));
  }
}

Result<void> EmbeddedPostgres::revive() {
  if (lock_ < 0) {
    const auto lock = take_lock(paths_->folder / "lock");
    if (!lock) return base::Failure(lock.error());
    if (!*lock) return {};  // another process's, which runs
    lock_ = **lock;
  }
  int status = 0;
  if (server_ > 0 && ::waitpid(server_, &status, WNOHANG) != server_) return {};
  server_ = -1;
  return start_server();
}

EmbeddedPostgres::~EmbeddedPostgres() {
  if (server_ > 0) {
    ::kill(server_, SIGINT);
    base::await_exit(server_);
  }
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace sasrec::apps
