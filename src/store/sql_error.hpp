#pragma once

#include <string_view>

#include "base/result.hpp"

namespace sasrec::store {

/// What a SQLSTATE (five characters, PostgreSQL's appendix A) means to a caller:
/// kUnavailable: lost connections, restarts, conflicts of transactions, lack of resources (08, 40, 53, 57, 55P03,
/// 25006) and plans that a migration made void (0A000, 26000): repeating may help; kInvalidInput: data that doesn't fit
/// (22, 23, 54); kInternal: the rest.
base::ErrorCode classify(std::string_view state);

/// `message` is the server's primary message: its details may hold values and are left out. `constraint` may be empty.
base::Error sql_error(std::string_view state, std::string_view message, std::string_view constraint);

}  // namespace sasrec::store
