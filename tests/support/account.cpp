#include "support/account.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace sasrec::test {

std::optional<Account> unprivileged_account() {
  if (::geteuid() != 0) return std::nullopt;
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 1024> buffer{};
  if (::getpwnam_r("nobody", &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    throw std::runtime_error(
        "there is no account \"nobody\" to run servers as; run the tests as another user than root");
  }
  return Account{.user = entry.pw_uid, .group = entry.pw_gid};
}

}  // namespace sasrec::test
