#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::apps {

/// Reads a list of ids as typed on a command line: `a,b,c`. An id that holds a comma, or begins with a quote or a
/// space, is quoted as in RFC 4180: `"a,b", c` are two ids, `"say ""hi"""` is one. Spaces outside of quotes around ids
/// are not part of them; an empty text is an empty list. kInvalidInput if an id is empty or breaks the id rule, or a
/// quote is not closed.
base::Result<std::vector<std::string>> parse_id_list(std::string_view text);

}  // namespace sasrec::apps
