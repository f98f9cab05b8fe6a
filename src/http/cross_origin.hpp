#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/server/message.hpp"

namespace sasrec::http {

/// Which web pages of other origins a browser lets call the API, and read its answers: CORS, as the Fetch standard
/// describes it. Off unless it names an origin. Keys travel in Authorization, so cookies and other credentials of the
/// browser are never allowed. Immutable, thread-safe.
class CrossOrigin {
 public:
  CrossOrigin() = default;  ///< none

  /// From "https://shop.example,http://localhost:5173", or "*" for any; empty: none. kInvalidInput names the word that
  /// is no origin.
  static base::Result<CrossOrigin> parse(std::string_view origins);

  /// Whether pages of `origin` are among those that may call.
  bool allows(std::string_view origin) const;

  /// Whether a browser sent the request for a page of an origin that may not call. `host` is the request's Host,
  /// `fetch_site` its Sec-Fetch-Site; both may be empty. A browser sends a page's form or script to another origin
  /// without asking first, if it looks like a form. What is no browser sends neither Origin nor Sec-Fetch-Site.
  bool is_foreign(std::string_view origin, std::string_view fetch_site, std::string_view host) const;

  /// Adds to an answer what the browser wants to see, where `origin` (the request's Origin; empty: none) is allowed.
  /// Sets Vary where the answer depends on the origin.
  void allow(std::string_view origin, Response& response) const;
  /// The same for the answer to the question that a browser asks before a request: `methods` are those of the route.
  void allow_preflight(std::string_view origin, std::string_view methods, Response& response) const;

 private:
  bool any_ = false;
  std::vector<std::string> origins_;
};

}  // namespace sasrec::http
