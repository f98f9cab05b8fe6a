#include "store/text_check.hpp"

#include "base/encoding.hpp"
#include "store/parameters.hpp"

namespace sasrec::store {

using base::ErrorCode;

base::Result<void> check_text(std::string_view field, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    return base::fail(ErrorCode::kInvalidInput, "{} holds a NUL byte", field);
  }
  if (!base::is_utf8(text)) return base::fail(ErrorCode::kInvalidInput, "{} is not UTF-8", field);
  return {};
}

base::Result<void> check_list(std::string_view field, const std::vector<std::string>& list) {
  for (const auto& text : list) {
    if (text.empty()) return base::fail(ErrorCode::kInvalidInput, "{} holds an empty text", field);
    if (text.find(kListSeparator) != std::string::npos) {
      return base::fail(ErrorCode::kInvalidInput, "{} holds a control character", field);
    }
    if (auto checked = check_text(field, text); !checked) return checked;
  }
  return {};
}

}  // namespace sasrec::store
