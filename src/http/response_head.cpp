#include "http/response_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>

namespace sasrec::http {
namespace {

/// "Sun, 22 Nov 2026 15:30:00 GMT", made anew once a second.
std::string_view http_date() {
  thread_local std::time_t second = 0;
  thread_local std::string text;
  const auto now = std::time(nullptr);
  if (now != second) {
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    text = fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays.at(static_cast<std::size_t>(utc.tm_wday)),
                       utc.tm_mday, kMonths.at(static_cast<std::size_t>(utc.tm_mon)), 1900 + utc.tm_year, utc.tm_hour,
                       utc.tm_min, utc.tm_sec);
    second = now;
  }
  return text;
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  head += value;
  head += "\r\n";
}

}  // namespace

void append_head(std::string& head, const Response& response, std::string_view request_id, Connection connection) {
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  append_field(head, "Date", http_date());
  constexpr unsigned kNoContent = 204;
  if (response.status != kNoContent) {
    append_field(head, "Content-Type", response.content_type);
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.body.size());
  }
  append_field(head, "X-Request-Id", request_id);
  for (const auto& [name, value] : response.headers) append_field(head, name, value);
  head +=
      "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: "
      "no-referrer\r\n";
  constexpr std::string_view kPolicy = "Content-Security-Policy";
  const auto is_policy = [&](const auto& field) {
    return field.first == kPolicy;
  };
  if (std::ranges::none_of(response.headers, is_policy)) {
    append_field(head, kPolicy, "default-src 'none'; frame-ancestors 'none'");
  }
  if (connection == Connection::kClose) head += "Connection: close\r\n";
  if (connection == Connection::kKeepAlive) head += "Connection: keep-alive\r\n";
  head += "\r\n";
}

}  // namespace sasrec::http
