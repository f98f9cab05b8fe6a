#include "http/bodies/request_fields.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/uuid.hpp"

namespace sasrec::http {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool equal_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// The part before the first `separator`, which is taken off the text together with it.
std::string_view next_part(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return trimmed(part);
}

bool is_lower_hexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

/// 00-<trace id, 32 digits>-<parent id, 16 digits>-<flags, 2 digits>
bool is_trace_context(std::string_view text) {
  constexpr std::size_t kTrace = 3;
  constexpr std::size_t kParent = 36;
  constexpr std::size_t kFlags = 53;
  if (text.size() != 55 || !text.starts_with("00-") || text[kParent - 1] != '-' || text[kFlags - 1] != '-')
    return false;
  const auto trace = text.substr(kTrace, 32);
  const auto parent = text.substr(kParent, 16);
  return is_lower_hexadecimal(trace) && is_lower_hexadecimal(parent) && is_lower_hexadecimal(text.substr(kFlags)) &&
         !is_zero(trace) && !is_zero(parent);
}

}  // namespace

std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer, std::chrono::milliseconds max_wait) {
  while (!prefer.empty()) {
    auto preference = next_part(prefer, ',');
    preference = next_part(preference, ';');
    const auto name = next_part(preference, '=');
    if (!equal_without_case(name, "wait")) continue;
    auto value = trimmed(preference);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    unsigned seconds = 0;
    const auto* const end = value.data() + value.size();
    const auto [stopped, error] = std::from_chars(value.data(), end, seconds);
    if (stopped != end || value.empty() || error == std::errc::invalid_argument) return std::nullopt;
    const auto max = std::chrono::duration_cast<std::chrono::seconds>(max_wait);
    if (error == std::errc::result_out_of_range) return max;
    return std::min(max, std::chrono::seconds(seconds));
  }
  return std::nullopt;
}

std::string trace_context(std::string_view traceparent) {
  if (is_trace_context(traceparent)) return std::string(traceparent);
  std::string digits = base::Uuid::make().text() + base::Uuid::make().text();
  std::erase(digits, '-');
  // The last digits are random; the first are the time.
  return "00-" + digits.substr(0, 32) + '-' + digits.substr(48, 16) + "-00";
}

std::string request_id(std::string_view given) {
  constexpr std::size_t kMax = 128;
  const bool valid =
      !given.empty() && given.size() <= kMax && std::ranges::all_of(given, [](char c) { return c > ' ' && c <= '~'; });
  return valid ? std::string(given) : base::Uuid::make().text();
}

bool is_json(std::string_view content_type) {
  const auto type = next_part(content_type, ';');
  constexpr std::string_view kApplication = "application/";
  constexpr std::string_view kSuffix = "+json";
  const bool suffixed = type.size() > kApplication.size() + kSuffix.size() &&
                        equal_without_case(type.substr(0, kApplication.size()), kApplication) &&
                        equal_without_case(type.substr(type.size() - kSuffix.size()), kSuffix);
  if (!suffixed && !equal_without_case(type, "application/json")) return false;
  while (!content_type.empty()) {
    auto parameter = next_part(content_type, ';');
    const auto name = next_part(parameter, '=');
    if (!equal_without_case(name, "charset")) continue;
    const auto charset = trimmed(parameter);
    if (!equal_without_case(charset, "utf-8") && !equal_without_case(charset, "\"utf-8\"")) return false;
  }
  return true;
}

bool accepts_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    auto coding = next_part(accept_encoding, ',');
    if (!equal_without_case(next_part(coding, ';'), "gzip")) continue;
    const auto name = next_part(coding, '=');
    // "0", "0.0", "0.00", "0.000" are none at all.
    return !equal_without_case(name, "q") || coding.find_first_not_of("0. ") != std::string_view::npos;
  }
  return false;
}

}  // namespace sasrec::http
