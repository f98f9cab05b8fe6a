#pragma once

#include <sys/types.h>

#include <optional>

namespace sasrec::test {

/// Whom a program runs as.
struct Account {
  uid_t user = 0;
  gid_t group = 0;
};

/// Whom servers that refuse to run as root run as: "nobody" if this process is root, else nothing, which is itself.
/// Throws if there is no such account.
std::optional<Account> unprivileged_account();

}  // namespace sasrec::test
