#include "support/postgres_template.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::test {
namespace {

constexpr const char* kInitdb = SASREC_POSTGRES_BIN "/initdb";

/// "15.18"
std::string version() {
  Process process(kInitdb, {"--version"});
  process.wait();
  std::istringstream words(process.out());
  std::string word;
  words >> word >> word >> word;
  return word;
}

void run_initdb(const std::filesystem::path& data, const std::optional<Account>& account) {
  Process process(kInitdb,
                  {"--pgdata", data, "--username", "sasrec", "--auth-local", "trust", "--auth-host", "scram-sha-256",
                   "--encoding", "UTF8", "--locale", "C.UTF-8", "--wal-segsize", "4", "--no-sync", "--no-instructions"},
                  {.environment = {"TZ=UTC"}, .folder = data.parent_path(), .account = account});
  if (process.wait() != 0) throw std::runtime_error("initdb failed:\n" + process.out() + process.err());
}

/// Whether it is there and whole; a cleaner of old temporary files may have taken parts. Throws if it is another's.
bool is_usable(const std::filesystem::path& made, const std::optional<Account>& account) {
  struct stat status{};
  if (::lstat(made.c_str(), &status) != 0) return false;
  if (status.st_uid != (account ? account->user : ::geteuid()) || !S_ISDIR(status.st_mode)) {
    throw std::runtime_error(made.string() + " is not what a test left there; remove it");
  }
  return std::filesystem::exists(made / "PG_VERSION") && std::filesystem::exists(made / "global/pg_control");
}

}  // namespace

void give_to(const std::optional<Account>& account, const std::filesystem::path& path) {
  if (account && ::lchown(path.c_str(), account->user, account->group) != 0) {
    throw std::system_error(errno, std::generic_category(), "chown " + path.string());
  }
}

void make_postgres_data(const std::filesystem::path& target, const std::optional<Account>& account) {
  const auto user = std::to_string(account ? account->user : ::geteuid());
  const auto made = std::filesystem::temp_directory_path() / ("sasrec-postgres-" + version() + "-" + user);
  if (!is_usable(made, account)) {
    const TemporaryFolder folder(TemporaryFolder::Place::kDisk);
    give_to(account, folder.path());
    const auto data = folder.path() / "data";
    run_initdb(data, account);
    std::filesystem::remove_all(made);
    std::error_code error;
    std::filesystem::rename(data, made, error);
    // Another test may have been faster.
    if (error && !is_usable(made, account)) {
      throw std::runtime_error("cannot make " + made.string() + ": " + error.message());
    }
  }
  std::filesystem::copy(made, target, std::filesystem::copy_options::recursive);
  give_to(account, target);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(target)) give_to(account, entry.path());
}

}  // namespace sasrec::test
