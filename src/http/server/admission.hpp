#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/gatekeeper.hpp"
#include "http/options.hpp"
#include "http/route_metrics.hpp"
#include "http/router.hpp"
#include "http/server/message.hpp"
#include "http/server/request_head.hpp"

namespace sasrec::http {

/// A request whose header was read, and what was decided from it.
struct Arrival {
  Request request;
  Match match;
  std::string caller;               ///< the key's name; empty without keys
  bool may_read = false;            ///< see Gatekeeper::Decision
  std::optional<Response> refusal;  ///< the answer, if the handler must not run
  bool expects_continue = false;
  std::size_t body_limit = 0;  ///< bytes
  bool body_unwanted = false;  ///< the server does not read the body, and closes the connection after its answer
};

/// Decides from a request's header whether a handler may answer it, and whether its body is read. Thread-safe.
class Admission {
 public:
  /// What is known of the body before it is read.
  struct Body {
    bool follows = false;                 ///< the parser expects one
    std::optional<std::uint64_t> length;  ///< Content-Length; none for chunks
  };

  /// For a server with the routes `endpoints`. All that it is given must outlive the admission.
  Admission(std::span<const Endpoint> endpoints, const ServerOptions& options, Gatekeeper& gatekeeper,
            RouteMetrics& metrics)
      : endpoints_(endpoints), options_(options), gatekeeper_(gatekeeper), metrics_(metrics) {}

  /// Checks in this order; the first check that fails gives the refusal:
  ///   400, 501, 417       syntax of the header
  ///   204                 OPTIONS, which needs no handler
  ///   404, 405            route and method
  ///   401, 403, 429, 503  key, scope and rate
  ///   413                 size of the body
  ///   415                 media type of the body
  ///   400, 422            values in the path
  /// `address` is the client's. The views in the result are into `head`.
  Arrival admit(const RequestHead& head, std::string_view address, const Body& body) const;

 private:
  std::optional<Response> check_route(const Request& request, const Match& match) const;
  std::optional<Response> check_key(const RequestHead& head, std::string_view address, Arrival& arrival) const;
  std::optional<Response> check_size(const Body& body, Arrival& arrival) const;

  std::span<const Endpoint> endpoints_;
  const ServerOptions& options_;
  Gatekeeper& gatekeeper_;
  RouteMetrics& metrics_;
};

}  // namespace sasrec::http
