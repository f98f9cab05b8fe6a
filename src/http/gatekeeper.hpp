#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/endpoints.hpp"
#include "http/key_ring.hpp"
#include "http/rate_limiter.hpp"
#include "http/server/message.hpp"

namespace sasrec::http {

/// Lets requests in that come with a key of the right scope, at the rate that is allowed. Thread-safe.
class Gatekeeper {
 public:
  struct Options {
    /// Whether every scope is open while there are no keys: on loopback only.
    enum class WithoutKeys : unsigned char { kOpen, kClosed };
    WithoutKeys without_keys = WithoutKeys::kClosed;
    double rate = 0;   ///< requests a second for keys without a rate, and for addresses; 0: any
    double burst = 1;  ///< at least 1
  };

  Gatekeeper(const KeyRing& keys, Options options) : keys_(keys), options_(options) {}

  struct Visitor {
    std::string_view authorization;  ///< the header field
    std::string_view host;           ///< the header field
    std::string_view address;        ///< of the other side
    bool foreign_page = false;       ///< see CrossOrigin::is_foreign()
  };
  struct Decision {
    std::string caller;               ///< the key's name; empty without keys
    bool may_read = false;            ///< whether the key has the scope read too, or none is needed
    std::optional<Response> refusal;  ///< 401, 403, 429, or 503 before the keys were read
  };
  Decision admit(const Endpoint& endpoint, const Visitor& visitor);

 private:
  std::optional<Response> limited(std::string_view who, double rate);

  const KeyRing& keys_;
  Options options_;
  RateLimiter limiter_;
};

/// Whether a Host field names this machine or an address, not a domain. A page of the web whose domain is pointed at a
/// loopback address (DNS rebinding) comes with its domain.
bool names_no_domain(std::string_view host);

}  // namespace sasrec::http
