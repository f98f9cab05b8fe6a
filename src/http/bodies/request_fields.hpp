#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sasrec::http {

/// The seconds of "wait=N" among the preferences of a Prefer field (RFC 7240), at most `max_wait`. None if there is no
/// such preference or it can't be read: preferences are no demands.
std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer, std::chrono::milliseconds max_wait);

/// The field's value if it is a trace context (W3C, version 00), else a new one, not sampled.
std::string trace_context(std::string_view traceparent);

/// The caller's id for the request if it has 1 to 128 visible ASCII characters, else a new one.
std::string request_id(std::string_view given);

/// Whether a Content-Type is JSON: application/json or application/*+json, in UTF-8 if it names an encoding.
bool is_json(std::string_view content_type);

/// Whether an Accept-Encoding names gzip and doesn't refuse it with q=0.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace sasrec::http
