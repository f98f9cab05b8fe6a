#include "base/json_values.hpp"

namespace sasrec::base {
namespace {

std::string_view view(const boost::json::string& text) {
  return {text.data(), text.size()};
}

}  // namespace

std::optional<std::string> id_text(const boost::json::value& value) {
  if (const auto* text = value.if_string()) return std::string(view(*text));
  if (const auto* number = value.if_int64()) return std::to_string(*number);
  if (const auto* number = value.if_uint64()) return std::to_string(*number);
  return std::nullopt;
}

std::optional<Time> moment_in(const boost::json::value& value) {
  if (const auto* text = value.if_string()) return parse_moment(view(*text));
  if (const auto* number = value.if_int64()) return moment_of(*number);
  // Boost gives std::uint64_t only for numbers above the largest std::int64_t. No unit is so small: they are no
  // moments.
  if (const auto* number = value.if_double()) return moment_of(*number);
  return std::nullopt;
}

}  // namespace sasrec::base
