#include "http/server/admission.hpp"

#include <boost/beast/http/field.hpp>

#include "http/bodies/request_fields.hpp"
#include "http/ids.hpp"
#include "http/server/unreadable.hpp"

namespace sasrec::http {
namespace {

using boost::beast::http::field;

std::size_t body_limit(const Limits& limits, const Arrival& arrival) {
  const auto* endpoint = arrival.match.endpoint;
  const bool bulk = !arrival.refusal && endpoint != nullptr && endpoint->body == BodyKind::kBulkJson;
  return bulk ? limits.bulk_body_bytes : limits.body_bytes;
}

std::optional<Response> check_content_type(const Request& request, const Endpoint& endpoint) {
  if (endpoint.body == BodyKind::kNone || is_json(request.content_type)) return std::nullopt;
  return to_response({.status = 415, .detail = "the body must be JSON: Content-Type: application/json"});
}

std::optional<Response> check_path_values(const Match& match) {
  if (!match.readable) return to_response({.status = 400, .detail = "the path is not percent-encoded UTF-8"});
  std::vector<FieldError> errors;
  for (std::size_t i = 0; i < match.path_values.size(); ++i) {
    auto error = id_error(match.path_values[i]);
    if (error.empty()) continue;
    errors.push_back({FieldError::In::kParameter, std::string(match.path_names[i]), std::move(error)});
  }
  if (errors.empty()) return std::nullopt;
  return to_response(wrong_values(std::move(errors)));
}

}  // namespace

Arrival Admission::admit(const RequestHead& head, std::string_view address, const Body& body) const {
  Arrival arrival;
  arrival.request = read_head(head);
  arrival.match = find_endpoint(endpoints_, arrival.request.method, arrival.request.path);
  arrival.expects_continue = head.version() == 11 && head.count(field::expect) > 0;
  if (const auto problem = head_problem(head)) {
    metrics_.refused(Refusal::kParse);
    arrival.refusal = to_response(*problem);
    // Its end is unknown: reading on could take a body for the next request.
    arrival.body_unwanted = true;
    return arrival;
  }
  arrival.refusal = check_route(arrival.request, arrival.match);
  if (!arrival.refusal) arrival.refusal = check_key(head, address, arrival);
  if (auto refusal = check_size(body, arrival)) arrival.refusal = std::move(refusal);
  if (!arrival.refusal) arrival.refusal = check_content_type(arrival.request, *arrival.match.endpoint);
  if (!arrival.refusal) arrival.refusal = check_path_values(arrival.match);

  arrival.request.path_values = std::move(arrival.match.path_values);
  arrival.body_limit = body_limit(options_.limits, arrival);
  // A client that waits for "100 Continue" gets the refusal instead, and never sends the body.
  if (arrival.refusal && arrival.expects_continue && body.follows) arrival.body_unwanted = true;
  return arrival;
}

std::optional<Response> Admission::check_route(const Request& request, const Match& match) const {
  if (request.method == Method::kOptions && (request.path == "*" || !match.route.empty())) {
    Response response{.status = 204, .headers = {{"Allow", match.allow.empty() ? "OPTIONS" : match.allow}}};
    if (request.preflight) options_.cross_origin.allow_preflight(request.origin, match.allow, response);
    return response;
  }
  if (match.route.empty()) {
    return to_response({.status = 404, .detail = "there is no such route: GET /docs lists the routes"});
  }
  if (match.endpoint != nullptr) return std::nullopt;
  auto response = to_response({.status = 405, .detail = "this route allows " + match.allow});
  response.headers.emplace_back("Allow", match.allow);
  return response;
}

std::optional<Response> Admission::check_key(const RequestHead& head, std::string_view address,
                                             Arrival& arrival) const {
  const std::string_view host(head[field::host].data(), head[field::host].size());
  const auto& request = arrival.request;
  auto decision =
      gatekeeper_.admit(*arrival.match.endpoint,
                        {.authorization = request.authorization,
                         .host = host,
                         .address = address,
                         .foreign_page = options_.cross_origin.is_foreign(request.origin, request.fetch_site, host)});
  arrival.caller = std::move(decision.caller);
  arrival.may_read = decision.may_read;
  if (decision.refusal && decision.refusal->status == 429) metrics_.refused(Refusal::kRate);
  return std::move(decision.refusal);
}

/// The body of a refused request is read if it is small, because only then the connection can be kept.
std::optional<Response> Admission::check_size(const Body& body, Arrival& arrival) const {
  if (!body.follows) return std::nullopt;
  const auto limit = body_limit(options_.limits, arrival);
  if (body.length && *body.length > limit) {
    metrics_.refused(Refusal::kSize);
    arrival.body_unwanted = true;
    if (!arrival.refusal) return to_response(too_large(limit));
  } else if (arrival.refusal && (arrival.expects_continue || !body.length)) {
    arrival.body_unwanted = true;
  }
  return std::nullopt;
}

}  // namespace sasrec::http
