#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace sasrec::base {

/// Appends `text` as a JSON string. Text that is not UTF-8 is read as Latin-1, since JSON must be UTF-8.
void append_json_string(std::string& json, std::string_view text);

/// Appends the shortest number that parses to the same float. JSON has no other numbers than finite ones: any other
/// becomes null.
void append_json_number(std::string& json, float number);

/// Writes `value` on one line, with numbers as people write them: 0.25, where boost::json::serialize writes 2.5E-1.
std::string to_json_text(const boost::json::value& value);

}  // namespace sasrec::base
