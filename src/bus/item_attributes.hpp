#pragma once

#include <string>

#include <boost/json/fwd.hpp>

#include "base/result.hpp"

namespace sasrec::bus {

/// The attributes of an item as the database keeps them: the text of a JSON object of at most kMaxAttributesBytes
/// bytes, without the character U+0000 and without numbers that a double can't hold. kInvalidInput says what is wrong
/// with `value`, to be put after its name.
base::Result<std::string> read_attributes(const boost::json::value& value);

}  // namespace sasrec::bus
