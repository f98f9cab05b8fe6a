#include "store/sql_error.hpp"

#include <fmt/format.h>

namespace sasrec::store {

base::ErrorCode classify(std::string_view state) {
  const auto group = state.substr(0, 2);
  // Lost connections, conflicts of transactions, missing resources, operator intervention, and errors of the system
  // below, such as a disk that fails for a moment. 25 and 55 are states of the session or the server: a standby that is
  // read-only, an aborted transaction, a lock that is not available.
  for (const std::string_view passing : {"08", "25", "40", "53", "55", "57", "58"}) {
    if (group == passing) return base::ErrorCode::kUnavailable;
  }
  // feature_not_supported and invalid_sql_statement_name: "cached plan must not change result type" and a prepared
  // statement that is gone. A new connection cures both.
  if (state == "0A000" || state == "26000") return base::ErrorCode::kUnavailable;
  if (group == "22" || group == "23" || group == "54") return base::ErrorCode::kInvalidInput;
  return base::ErrorCode::kInternal;
}

base::Error sql_error(std::string_view state, std::string_view message, std::string_view constraint) {
  auto text = fmt::format("the database answers {}: {}", state, message);
  if (!constraint.empty() && message.find(constraint) == std::string_view::npos) {
    text += fmt::format(" (constraint {})", constraint);
  }
  return {classify(state), std::move(text)};
}

}  // namespace sasrec::store
