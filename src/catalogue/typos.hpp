#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sasrec::catalogue {

/// How many typos turn the words of a query into beginnings of words of a title: a letter wrong, missing, too many, or
/// two in the wrong order. A word of four letters or more may have one, of eight or more two; a shorter one none, and
/// so may the first letter. None: the query doesn't fit. Both as fold_words() gives them, in UTF-8.
std::optional<std::size_t> typos_between(std::string_view query, std::string_view title);

}  // namespace sasrec::catalogue
