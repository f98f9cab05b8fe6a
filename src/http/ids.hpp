#pragma once

#include <string>
#include <string_view>

namespace sasrec::http {

/// Explains why `value` cannot be an id of a user or item, and which ids are allowed. Empty: it can.
std::string id_error(std::string_view value);

}  // namespace sasrec::http
