#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::store {

/// kInvalidInput, naming `field`, if PostgreSQL can't hold `text`: it isn't UTF-8, or it holds a NUL byte.
base::Result<void> check_text(std::string_view field, std::string_view text);

/// The same for a list, whose elements must not be empty nor hold the separator that lists are sent with.
base::Result<void> check_list(std::string_view field, const std::vector<std::string>& list);

}  // namespace sasrec::store
