#include "http/idempotency.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.hpp"

namespace sasrec::http {

Decoded<Idempotency> Idempotency::of(std::string_view caller, std::string_view route,
                                     std::optional<std::string_view> key) {
  constexpr std::size_t kMax = 255;
  Idempotency idempotency;
  if (!key) return idempotency;
  if (key->empty() || key->size() > kMax || !std::ranges::all_of(*key, [](char c) { return c > ' ' && c <= '~'; })) {
    return Refused(
        wrong_values({{FieldError::In::kHeader, "Idempotency-Key", "must be 1 to 255 visible ASCII characters"}}));
  }
  // The length of the caller's name comes first, so that no two callers and routes can make the same text.
  idempotency.scope_ = fmt::format("{}:{} {} {}", caller.size(), caller, route, *key);
  return idempotency;
}

Problem Idempotency::refused(const base::Error& error) const {
  if (!given() || error.code != base::ErrorCode::kInvalidInput) return to_problem(error);
  return wrong_values({{FieldError::In::kHeader, "Idempotency-Key",
                        "has been used for a request with another content: send that again, or use a new key"}});
}

base::Uuid Idempotency::id(std::size_t index) const {
  if (!given()) return base::Uuid::make();
  return base::Uuid::from_digest(base::sha256(fmt::format("{} {}", index, scope_)));
}

}  // namespace sasrec::http
