#pragma once

#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.hpp"

namespace sasrec::checkpoint {

/// Reads `text` as one JSON object (RFC 8259, UTF-8, at most 32 levels deep). A field that occurs twice anywhere in it
/// is refused: two readers could take it differently. kCorrupt says what is wrong.
base::Result<boost::json::object> parse_object(std::string_view text);

}  // namespace sasrec::checkpoint
