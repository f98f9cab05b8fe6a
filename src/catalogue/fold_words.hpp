#pragma once

#include <string>
#include <string_view>

namespace sasrec::catalogue {

/// The words of UTF-8 text for comparing: each with a space before it, in lower case and without accents ("L'Été, à
/// Köln" is " lete a koln"). Case and compatibility forms fold as Unicode says; accents are removed from Latin, Greek
/// and Cyrillic letters, and the marks of other scripts are kept. Apostrophes join; punctuation, mathematical symbols
/// and bytes that are not UTF-8 separate.
std::string fold_words(std::string_view text);

}  // namespace sasrec::catalogue
