#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/result.hpp"
#include "http/server/message.hpp"

namespace sasrec::base {
class JsonObject;
}

namespace sasrec::http {

/// One wrong value: where it is, and what is allowed there.
struct FieldError {
  enum class In : unsigned char { kBody, kParameter, kHeader };
  In in = In::kBody;
  std::string where;  ///< a JSON pointer (RFC 6901) into the body, or the parameter's or header's name
  std::string detail;
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// Why a request is not answered as asked: a problem document (RFC 9457) before it is written.
///   400  the request can't be read: HTTP syntax, JSON syntax, a field that occurs twice
///   422  a value in the body, the path, the query or a header is not allowed; `errors` names it
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

/// The one table from error codes to statuses. Messages about the inside of the service are not sent; those of status
/// 500 are logged, here.
Problem to_problem(const base::Error& error);

/// The document: {"type","title","status","detail","errors"}. `extra`, if given, adds members.
void append_problem(std::string& json, const Problem& problem,
                    const std::function<void(base::JsonObject&)>& extra = {});

Response to_response(const Problem& problem, const std::function<void(base::JsonObject&)>& extra = {});

}  // namespace sasrec::http
