#pragma once

#include <filesystem>
#include <optional>

#include "support/account.hpp"

namespace sasrec::test {

/// Makes the data directory of a new PostgreSQL server at `target`, whose parent `account` can enter. It copies what
/// initdb made once for this version and account in the system's temporary folder: 0.1 s instead of 1 s. The superuser
/// is "sasrec"; Unix sockets need no password, TCP does. Throws std::runtime_error on failure.
void make_postgres_data(const std::filesystem::path& target, const std::optional<Account>& account);

/// Gives a file or folder to `account`, if there is one. Throws std::runtime_error on failure.
void give_to(const std::optional<Account>& account, const std::filesystem::path& path);

}  // namespace sasrec::test
