#include "base/ids.hpp"

#include <algorithm>

namespace sasrec::base {

std::string_view id_problem(std::string_view text) {
  constexpr std::size_t kMaxBytes = 256;
  if (text.empty()) return "is empty";
  if (text.size() > kMaxBytes) return "is longer than 256 bytes";
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 32 || byte == 127;
  };
  if (std::ranges::any_of(text, is_control)) return "holds a control character";
  return {};
}

}  // namespace sasrec::base
