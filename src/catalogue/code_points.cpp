#include "catalogue/code_points.hpp"

#include <utf8proc.h>

#include <cstddef>

namespace sasrec::catalogue {

std::optional<char32_t> take_code_point(std::string_view& text) {
  utf8proc_int32_t code_point = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto length = utf8proc_iterate(bytes, std::ssize(text), &code_point);
  text.remove_prefix(length > 0 ? static_cast<std::size_t>(length) : 1);
  if (length <= 0) return std::nullopt;
  return static_cast<char32_t>(code_point);
}

}  // namespace sasrec::catalogue
