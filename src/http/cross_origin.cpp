#include "http/cross_origin.hpp"

#include <algorithm>

namespace sasrec::http {
namespace {

using base::ErrorCode;

/// As browsers write it: scheme, host and, unless it is the scheme's own, port; lower case, nothing behind.
bool is_origin(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const auto host = text.substr(scheme + 3);
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:[]+").find(c) != std::string_view::npos;
  };
  return !host.empty() && std::ranges::all_of(text.substr(0, scheme), allowed) && std::ranges::all_of(host, allowed);
}

std::string_view trimmed(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
  return word.substr(0, word.find_last_not_of(' ') + 1);
}

}  // namespace

base::Result<CrossOrigin> CrossOrigin::parse(std::string_view origins) {
  CrossOrigin parsed;
  while (!origins.empty()) {
    const auto comma = origins.find(',');
    const auto word = trimmed(origins.substr(0, comma));
    origins = comma == std::string_view::npos ? std::string_view() : origins.substr(comma + 1);
    if (word == "*") {
      parsed.any_ = true;
    } else if (is_origin(word)) {
      parsed.origins_.emplace_back(word);
    } else {
      return base::fail(ErrorCode::kInvalidInput,
                        "cors-origins: \"{}\" is no origin like https://shop.example or http://localhost:5173 (lower "
                        "case, no path, no / at the end), nor * alone",
                        word);
    }
  }
  if (parsed.any_ && !parsed.origins_.empty()) {
    return base::fail(ErrorCode::kInvalidInput, "cors-origins: * means any origin and stands alone");
  }
  return parsed;
}

bool CrossOrigin::allows(std::string_view origin) const {
  return !origin.empty() && (any_ || std::ranges::find(origins_, origin) != origins_.end());
}

bool CrossOrigin::is_foreign(std::string_view origin, std::string_view fetch_site, std::string_view host) const {
  if (allows(origin)) return false;
  // The browser's own word. It also holds behind a proxy that changes Host.
  if (!fetch_site.empty()) return fetch_site != "same-origin" && fetch_site != "none";
  if (origin.empty()) return false;
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos || origin.substr(scheme + 3) != host;
}

void CrossOrigin::allow(std::string_view origin, Response& response) const {
  if (!any_ && origins_.empty()) return;
  // Also where it isn't allowed: a cache must not give that answer to one that is.
  if (!any_) response.headers.emplace_back("Vary", "Origin");
  if (!allows(origin)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", any_ ? "*" : std::string(origin));
  response.headers.emplace_back("Access-Control-Expose-Headers",
                                "Location, Retry-After, Allow, WWW-Authenticate, X-Request-Id, Preference-Applied");
}

void CrossOrigin::allow_preflight(std::string_view origin, std::string_view methods, Response& response) const {
  if (!allows(origin)) return;
  response.headers.emplace_back("Access-Control-Allow-Methods", methods);
  response.headers.emplace_back(
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type, Prefer, Idempotency-Key, Last-Event-ID, X-Request-Id, traceparent");
  response.headers.emplace_back("Access-Control-Max-Age", "600");
}

}  // namespace sasrec::http
