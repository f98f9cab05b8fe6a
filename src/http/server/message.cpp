#include "http/server/message.hpp"

#include <array>

namespace sasrec::http {
namespace {

constexpr std::array<std::string_view, kMethods> kNames{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "other"};

}  // namespace

std::string_view to_string(Method method) {
  return kNames.at(static_cast<std::size_t>(method));
}

Method parse_method(std::string_view text) {
  for (std::size_t i = 0; i + 1 < kNames.size(); ++i) {
    if (text == kNames.at(i)) return static_cast<Method>(i);
  }
  return Method::kOther;
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

}  // namespace sasrec::http
