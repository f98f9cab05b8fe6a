#pragma once

#include <string_view>

#include <boost/json/value.hpp>

#include "http/problem.hpp"

namespace sasrec::http {

/// Reads a body as one JSON value (RFC 8259, UTF-8, at most kMaxDepth levels deep). Status 400 if it isn't one, or a
/// field of an object in it occurs twice, because two readers could take it differently.
Decoded<boost::json::value> parse_json(std::string_view body);

inline constexpr std::size_t kMaxDepth = 16;

}  // namespace sasrec::http
