#include "http/problem.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "base/json_writer.hpp"

namespace sasrec::http {
namespace {

using base::ErrorCode;

std::string_view name(FieldError::In in) {
  switch (in) {
    case FieldError::In::kBody:
      return "pointer";
    case FieldError::In::kParameter:
      return "parameter";
    case FieldError::In::kHeader:
      return "header";
  }
  return "pointer";
}

/// What the caller gets to see of an error. Without a detail: its message.
struct Treatment {
  unsigned status;
  unsigned retry_after;
  std::string_view detail;
};

Treatment treatment(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidInput:
      return {422, 0, {}};
    case ErrorCode::kNotFound:
      return {404, 0, {}};
    case ErrorCode::kOverloaded:
      return {503, 1, {}};
    case ErrorCode::kUnavailable:
    case ErrorCode::kExpired:
      return {503, 2, "a part of the service can't be reached for now: try again later"};
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
    case ErrorCode::kInternal:
      return {500, 0, "something went wrong in the service: its log says what"};
  }
  return {500, 0, "something went wrong in the service: its log says what"};
}

}  // namespace

Problem wrong_values(std::vector<FieldError> errors) {
  std::string detail = errors.front().in == FieldError::In::kBody && errors.front().where.empty()
                           ? fmt::format("the body {}", errors.front().detail)
                           : fmt::format("{} {}", errors.front().where, errors.front().detail);
  if (errors.size() > 1) detail += fmt::format(", and {} more", errors.size() - 1);
  return {.status = 422, .detail = std::move(detail), .errors = std::move(errors)};
}

Problem to_problem(const base::Error& error) {
  const auto [status, retry_after, detail] = treatment(error.code);
  if (detail.empty()) return {.status = status, .detail = error.message, .retry_after = retry_after};
  // The part that fails to reach a system logs the outage once, not every request that needs it.
  if (status == 500) spdlog::error("http: {}: {}", to_string(error.code), error.message);
  return {.status = status, .detail = std::string(detail), .retry_after = retry_after};
}

void append_problem(std::string& json, const Problem& problem, const std::function<void(base::JsonObject&)>& extra) {
  base::JsonObject document(json);
  document.plain_text("type", "about:blank");
  document.plain_text("title", reason_phrase(problem.status));
  document.number("status", std::size_t{problem.status});
  document.text("detail", problem.detail);
  if (!problem.errors.empty()) {
    base::JsonArray errors(document.member("errors"));
    for (const auto& error : problem.errors) {
      base::JsonObject object(errors.element());
      object.text(name(error.in), error.where);
      object.text("detail", error.detail);
      object.end();
    }
    errors.end();
  }
  if (extra) extra(document);
  document.end();
}

Response to_response(const Problem& problem, const std::function<void(base::JsonObject&)>& extra) {
  Response response{.status = problem.status, .content_type = "application/problem+json"};
  append_problem(response.body, problem, extra);
  if (problem.retry_after > 0) response.headers.emplace_back("Retry-After", std::to_string(problem.retry_after));
  return response;
}

}  // namespace sasrec::http
