#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace sasrec::base {

/// Appends `text` as a JSON string. Text that is not UTF-8 is taken as Latin-1, since JSON has to be UTF-8.
void append_json_string(std::string& json, std::string_view text);

/// Appends the shortest number that reads back as the same float; null if it isn't a finite number, which JSON lacks.
void append_json_number(std::string& json, float number);

/// `value` in one line, with numbers as people write them (0.25; boost::json::serialize writes 2.5E-1).
std::string to_json_text(const boost::json::value& value);

}  // namespace sasrec::base
