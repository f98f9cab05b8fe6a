#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::apps {

/// Parses a list of ids from the command line: `a,b,c`. An id that contains a comma, or begins with a quote or a space,
/// must be quoted as in RFC 4180: `"a,b", c` are two ids, `"say ""hi"""` is one. Spaces around ids and outside quotes
/// are ignored. Empty text is an empty list. kInvalidInput if an id is empty or breaks the id rule, or a quote is not
/// closed.
base::Result<std::vector<std::string>> parse_id_list(std::string_view text);

}  // namespace sasrec::apps
