#pragma once

#include <string>
#include <string_view>

namespace sasrec::catalogue {

/// The words of UTF-8 text for comparing: each with a space before it, in lower case and without accents in Latin and
/// Cyrillic script ("L'Été, à Köln" is " lete a koln"). Apostrophes join, other ASCII characters that are no letter or
/// digit separate, and so does general punctuation; other scripts stay as they are. What is no UTF-8 separates.
std::string fold_words(std::string_view text);

}  // namespace sasrec::catalogue
