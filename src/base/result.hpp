#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace sasrec::base {

/// Every kind of failure that is expected while running. A closed set: code branches on it, people read the message.
enum class ErrorCode {
  kInvalidInput,  ///< the caller's data or arguments are wrong; the message names the field, row or option
  kNotFound,      ///< the named file, version, user or item does not exist
  kCorrupt,       ///< stored data fails its own checks (hash, bounds, shape, golden answers)
  kIo,            ///< the operating system refused: disk full, permission, broken pipe
  kUnavailable,   ///< another system is down for now; a retry may succeed
  kOverloaded,    ///< the queue of waiting work has reached its configured limit
  kExpired,       ///< a deadline has passed
  kInternal,      ///< a bug, detected before it did harm
};

/// The stable name of the code in logs, metric labels and JSON: "invalid_input", "not_found", ...
std::string_view to_string(ErrorCode code);

/// A failure: its kind, and a message that names what happened, the value, and what helps.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

/// A value or an Error. Ignoring one is a compile error.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Failure = tl::unexpected<Error>;

/// Builds a failure with a formatted message: `return fail(ErrorCode::kNotFound, "no version {}", name);`
template <class... Args>
Failure fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Failure(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

/// Passes on the failure of another result. The prefix `where` names the place.
inline Failure fail_within(std::string_view where, const Error& error) {
  return Failure(Error{error.code, fmt::format("{}: {}", where, error.message)});
}

}  // namespace sasrec::base
