#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "http/problem.hpp"

namespace sasrec::http {

/// `text` in quotes, as JSON writes it; of a long one the beginning.
std::string found_text(std::string_view text);

/// A value of a body as a message names it: 0, "x", null, an array of 3 elements, an object.
std::string found_value(const boost::json::value& value);

/// `errors` of the body `document`. To those that say what a value must be is added what it is: "must be true or false,
/// not 1".
std::vector<FieldError> with_found(std::vector<FieldError> errors, const boost::json::value& document);

}  // namespace sasrec::http
