#include "store/sql_error.hpp"

#include <fmt/format.h>

namespace sasrec::store {

base::ErrorCode classify(std::string_view state) {
  const auto group = state.substr(0, 2);
  if (group == "08" || group == "40" || group == "53" || group == "57") return base::ErrorCode::kUnavailable;
  // lock_not_available; read_only_sql_transaction: the primary has become a standby; feature_not_supported and
  // invalid_sql_statement_name: "cached plan must not change result type" and a prepared statement that is gone.
  if (state == "55P03" || state == "25006" || state == "0A000" || state == "26000") {
    return base::ErrorCode::kUnavailable;
  }
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
