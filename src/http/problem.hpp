#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/result.hpp"
#include "http/server/message.hpp"

namespace sasrec::http {

/// One wrong value: where it stands, and what is allowed there.
struct FieldError {
  enum class In : unsigned char { kBody, kParameter, kHeader };
  In in = In::kBody;
  std::string where;  ///< a JSON pointer (RFC 6901) into the body, or the parameter's or header's name
  std::string detail;
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// Why a request is not answered as asked: a problem document (RFC 9457) before it is written.
///   400  what came can't be read: HTTP syntax, JSON syntax, a field that stands twice
///   422  it can be read, but a value isn't one that is allowed, wherever it stands; errors says which
struct Problem {
  unsigned status = 500;
  std::string detail;
  std::vector<FieldError> errors{};
  unsigned retry_after = 0;  ///< seconds; 0: no Retry-After
};

template <class T>
using Decoded = tl::expected<T, Problem>;
using Refused = tl::unexpected<Problem>;  ///< the other side: `return Refused(problem)`

/// 422 with `errors`, which has at least one.
Problem wrong_values(std::vector<FieldError> errors);

/// The one table from error codes to statuses. Messages about the inside of the service are not told; those of status
/// 500 are logged, here.
Problem to_problem(const base::Error& error);

/// The document: {"type","title","status","detail","errors"}. `extra`: more members, as JSON text that begins with a
/// comma, or nothing.
void append_problem(std::string& json, const Problem& problem, std::string_view extra = {});

Response to_response(const Problem& problem, std::string_view extra = {});

}  // namespace sasrec::http
