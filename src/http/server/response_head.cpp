#include "http/server/response_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <utility>

namespace sasrec::http {
namespace {

/// "Sun, 22 Nov 2026 15:30:00 GMT", renewed once a second.
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
    if (!response.stream) {
      fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.body.size());
    } else if (is_chunked(response, connection)) {
      append_field(head, "Transfer-Encoding", "chunked");
    }
  }
  append_field(head, "X-Request-Id", request_id);
  for (const auto& [name, value] : response.headers) append_field(head, name, value);
  // What an answer doesn't say itself.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kUnlessSaid{
      {{"Cache-Control", "no-store"}, {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"}}};
  for (const auto& [name, value] : kUnlessSaid) {
    const auto is_said = [&wanted = name](const auto& field) {
      return field.first == wanted;
    };
    if (std::ranges::none_of(response.headers, is_said)) append_field(head, name, value);
  }
  head += "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n";
  if (connection == Connection::kClose) head += "Connection: close\r\n";
  if (connection == Connection::kKeepAlive) head += "Connection: keep-alive\r\n";
  head += "\r\n";
}

}  // namespace sasrec::http
