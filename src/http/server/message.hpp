#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sasrec::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kDelete, kOptions, kOther };
inline constexpr std::size_t kMethods = 7;
std::string_view to_string(Method method);  ///< "GET", ..., "other"
Method parse_method(std::string_view text);

/// A request as a handler sees it. The views are into the connection's memory and live as long as the request.
struct Request {
  Method method = Method::kGet;
  std::string_view path;   ///< percent-encoded, begins with /
  std::string_view query;  ///< without the question mark
  std::string_view authorization;
  std::string_view content_type;
  std::string_view accept_encoding;
  std::string_view last_event_id;
  std::string_view origin;      ///< of the web page that asks; empty: none
  std::string_view fetch_site;  ///< Sec-Fetch-Site, which a browser sets and no page can; empty: none
  bool preflight = false;       ///< a browser asks whether that page may
  std::optional<std::string_view> idempotency_key;
  std::string prefer;       ///< all its fields, joined by commas
  std::string request_id;   ///< the caller's, or made
  std::string traceparent;  ///< the caller's if valid, or made
  std::string body;
  std::vector<std::string> path_values;  ///< of the pattern's {names}, decoded, in their order
};

class ResponseStream;

struct Response {
  unsigned status = 200;
  std::string_view content_type = "application/json";  ///< a constant; none is sent without a body
  std::string body;
  /// The names are constants. No value holds a control character.
  std::vector<std::pair<std::string_view, std::string>> headers;
  /// Instead of a body: its pieces, sent as they come. Shared only so that its type need not be known here.
  std::shared_ptr<ResponseStream> stream;
};

/// "Not Found" for 404.
std::string_view reason_phrase(unsigned status);

}  // namespace sasrec::http
