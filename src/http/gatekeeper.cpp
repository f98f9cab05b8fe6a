#include "http/gatekeeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "http/problem.hpp"

namespace sasrec::http {
namespace {

Response unauthorized(std::string_view detail) {
  auto response = to_response(Problem{.status = 401, .detail = std::string(detail)});
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"sasrec\"");
  return response;
}

/// The key in "Bearer KEY"; empty if it isn't one.
std::string_view bearer_key(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  if (authorization.size() <= kScheme.size() ||
      !std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, {}, lower)) {
    return {};
  }
  const auto begin = authorization.find_first_not_of(' ', kScheme.size());
  return begin == std::string_view::npos ? std::string_view() : authorization.substr(begin);
}

}  // namespace

bool names_no_domain(std::string_view host) {
  if (host.empty() || host.front() == '[') return true;
  const auto name = host.substr(0, host.find(':'));
  const bool is_address = std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return is_address || name == "localhost" || name.ends_with(".localhost");
}

std::optional<Response> Gatekeeper::limited(std::string_view who, double rate) {
  if (rate <= 0) return std::nullopt;
  const auto wait = limiter_.take(who, rate, std::max(1.0, options_.burst));
  if (wait == RateLimiter::Clock::duration::zero()) return std::nullopt;
  const double seconds = std::ceil(std::chrono::duration<double>(wait).count());
  return to_response(Problem{.status = 429,
                             .detail = fmt::format("more than {} requests a second", rate),
                             .retry_after = static_cast<unsigned>(std::clamp(seconds, 1.0, 3600.0))});
}

Gatekeeper::Decision Gatekeeper::admit(const Endpoint& endpoint, const Visitor& visitor) {
  if (!endpoint.scope) return {};
  const auto state = keys_.state();
  if (state == KeyRing::State::kUnknown) {
    return {.refusal = to_response(
                Problem{.status = 503, .detail = "the keys could not be read yet: try again later", .retry_after = 2})};
  }
  if (state == KeyRing::State::kOpen && options_.without_keys == Options::WithoutKeys::kOpen) {
    if (!names_no_domain(visitor.host)) {
      return {.refusal = to_response(Problem{
                  .status = 403, .detail = "without keys only requests to localhost or an address are answered"})};
    }
    // With keys a page would need one. Without them any page that the user opens could start a training.
    if (visitor.foreign_page && endpoint.method != Method::kGet) {
      return {.refusal =
                  to_response(Problem{.status = 403,
                                      .detail = "a web page of another origin may not change anything here: make a key "
                                                "(sasrec key create), or name the origin in cors-origins"})};
    }
    return {.may_read = true, .refusal = limited(fmt::format("address {}", visitor.address), options_.rate)};
  }
  const auto secret = bearer_key(visitor.authorization);
  if (secret.empty()) return {.refusal = unauthorized("a key is needed: Authorization: Bearer KEY")};
  const auto key = keys_.find(secret);
  if (!key) return {.refusal = unauthorized("the key is not known")};
  if (!key->may(*endpoint.scope)) {
    return {.caller = key->name,
            .refusal = to_response(Problem{
                .status = 403, .detail = fmt::format("the key lacks the scope {}", to_string(*endpoint.scope))})};
  }
  return {.caller = key->name,
          .may_read = key->may(Scope::kRead),
          .refusal = limited(fmt::format("key {}", key->name), key->rate > 0 ? key->rate : options_.rate)};
}

}  // namespace sasrec::http
