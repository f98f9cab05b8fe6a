#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "http/key_store.hpp"
#include "http/server/exchange.hpp"
#include "http/services.hpp"

namespace sasrec::http {

/// What a route takes as its body.
enum class BodyKind : unsigned char {
  kNone,      ///< one that comes anyway is read and ignored
  kJson,      ///< up to Limits::body_bytes
  kBulkJson,  ///< up to Limits::bulk_body_bytes
};

/// What a route needs of the service.
enum class Needs : unsigned char {
  kNothing,
  kLoaded,  ///< catalogue, popular items and model: answered with 503 until they are loaded
};

/// Answers one request. The exchange and the services outlive the task. What it throws becomes a 500.
using Handler = Task<Response> (*)(Exchange&, const Services&);

struct Endpoint {
  Method method;
  std::string_view route;            ///< a pattern: {name} matches one segment that isn't empty
  std::optional<http::Scope> scope;  ///< what a key must have; none: open to all
  BodyKind body;
  Handler handler;
  Needs needs = Needs::kNothing;
};

/// All there are. Routing, Allow, keys, limits and metrics follow from this table; docs/openapi.yaml describes it.
std::span<const Endpoint> endpoints();
/// The endpoints that report the state of a process: all that a role without an API serves.
std::span<const Endpoint> operations();

}  // namespace sasrec::http
