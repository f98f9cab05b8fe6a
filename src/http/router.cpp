#include "http/router.hpp"

#include "http/query.hpp"

namespace sasrec::http {
namespace {

/// Takes the first segment, with its slash, off a path.
std::string_view next_segment(std::string_view& path) {
  const auto end = path.find('/', 1);
  const auto segment = path.substr(0, end);
  path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  return segment;
}

bool is_name(std::string_view segment) {
  return segment.starts_with("/{");
}

bool fits(std::string_view route, std::string_view path) {
  while (!route.empty() && !path.empty()) {
    const auto expected = next_segment(route);
    const auto segment = next_segment(path);
    if (is_name(expected) ? segment.size() < 2 : segment != expected) return false;
  }
  return route.empty() && path.empty();
}

/// The route that the path belongs to. Empty if there is none.
std::string_view find_route(std::span<const Endpoint> endpoints, std::string_view path) {
  std::string_view found;
  for (const auto& endpoint : endpoints) {
    if (endpoint.route == path) return endpoint.route;
    if (found.empty() && fits(endpoint.route, path)) found = endpoint.route;
  }
  return found;
}

std::string allowed_methods(std::span<const Endpoint> endpoints, std::string_view route) {
  std::string allow;
  for (const auto& endpoint : endpoints) {
    if (endpoint.route != route) continue;
    allow += to_string(endpoint.method);
    allow += ", ";
    if (endpoint.method == Method::kGet) allow += "HEAD, ";
  }
  return allow += "OPTIONS";
}

void read_path_values(std::string_view path, Match& match) {
  for (auto route = match.route; !route.empty();) {
    const auto expected = next_segment(route);
    const auto segment = next_segment(path);
    if (!is_name(expected)) continue;
    auto value = percent_decoded(segment.substr(1));
    match.readable = match.readable && value.has_value();
    match.path_names.push_back(expected.substr(2, expected.size() - 3));
    match.path_values.push_back(value.value_or(std::string()));
  }
}

}  // namespace

Match find_endpoint(std::span<const Endpoint> endpoints, Method method, std::string_view path) {
  Match match;
  match.route = find_route(endpoints, path);
  if (match.route.empty()) return match;
  const auto wanted = method == Method::kHead ? Method::kGet : method;
  for (const auto& endpoint : endpoints) {
    if (endpoint.route == match.route && endpoint.method == wanted) match.endpoint = &endpoint;
  }
  if (match.endpoint == nullptr) {
    match.allow = allowed_methods(endpoints, match.route);
  } else {
    read_path_values(path, match);
  }
  return match;
}

}  // namespace sasrec::http
