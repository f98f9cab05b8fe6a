#include "http/server/request_head.hpp"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>

#include "http/bodies/request_fields.hpp"

namespace sasrec::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

std::string_view find(const RequestHead& head, field name) {
  const auto found = head.find(name);
  return found == head.end() ? std::string_view() : view(found->value());
}

std::string_view find(const RequestHead& head, std::string_view name) {
  const auto found = head.find(beast::string_view(name.data(), name.size()));
  return found == head.end() ? std::string_view() : view(found->value());
}

/// The part of a target that names the resource: "http://host/a?b" (RFC 9112, 3.2.2) becomes "/a?b".
std::string_view origin_form(std::string_view target) {
  if (!target.starts_with("http://") && !target.starts_with("https://")) return target;
  const auto host = target.find("//") + 2;
  const auto path = target.find('/', host);
  return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

}  // namespace

Request read_head(const RequestHead& head) {
  Request request;
  request.method = parse_method(view(head.method_string()));
  auto target = origin_form(view(head.target()));
  target = target.substr(0, target.find('#'));
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  request.authorization = find(head, field::authorization);
  request.content_type = find(head, field::content_type);
  request.accept_encoding = find(head, field::accept_encoding);
  request.last_event_id = find(head, "Last-Event-ID");
  request.origin = find(head, field::origin);
  request.fetch_site = find(head, "Sec-Fetch-Site");
  request.preflight =
      request.method == Method::kOptions && !request.origin.empty() && head.count("Access-Control-Request-Method") > 0;
  const auto key = head.find("Idempotency-Key");
  if (key != head.end()) request.idempotency_key = view(key->value());
  const auto [begin, end] = head.equal_range(field::prefer);
  for (auto prefer = begin; prefer != end; ++prefer) {
    if (!request.prefer.empty()) request.prefer += ',';
    request.prefer += view(prefer->value());
  }
  request.request_id = request_id(find(head, "X-Request-Id"));
  request.traceparent = trace_context(find(head, "traceparent"));
  return request;
}

std::optional<Problem> head_problem(const RequestHead& head) {
  const auto bad = [](std::string_view detail) {
    return Problem{.status = 400, .detail = std::string(detail)};
  };
  const auto target = origin_form(view(head.target()));
  if (!target.starts_with('/') && target != "*") return bad("the request's target must be a path or a URL");
  if (head.count(field::host) > 1) return bad("Host is there twice");
  if (head.version() == 11 && head.count(field::host) == 0) return bad("Host is missing");
  for (const auto name : {field::authorization, field::content_type}) {
    if (head.count(name) > 1) return bad("Authorization or Content-Type is there twice");
  }
  if (head.count("Idempotency-Key") > 1) return bad("Idempotency-Key is there twice");
  // Other encodings would leave it open where the body ends: a way to smuggle a request.
  const auto encodings = head.count(field::transfer_encoding);
  const auto encoding = find(head, field::transfer_encoding);
  if (encodings > 1 ||
      (encodings == 1 && !beast::iequals(beast::string_view(encoding.data(), encoding.size()), "chunked"))) {
    return Problem{.status = 501, .detail = "the only transfer coding that is understood is chunked"};
  }
  if (encodings > 0 && head.version() < 11) return bad("HTTP/1.0 knows no Transfer-Encoding");
  const auto expect = find(head, field::expect);
  if (!expect.empty() && !beast::iequals(beast::string_view(expect.data(), expect.size()), "100-continue")) {
    return Problem{.status = 417, .detail = "the only expectation that is met is 100-continue"};
  }
  return std::nullopt;
}

}  // namespace sasrec::http
