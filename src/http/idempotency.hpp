#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.hpp"
#include "http/problem.hpp"

namespace sasrec::http {

/// What an Idempotency-Key makes of a request: the same caller saying the same key on the same route means the same
/// thing. Without the header each request is different.
class Idempotency {
 public:
  /// `key`: the header field, if the request has it. 422 if it isn't 1 to 255 visible ASCII characters.
  static Decoded<Idempotency> of(std::string_view caller, std::string_view route, std::optional<std::string_view> key);

  bool given() const { return !scope_.empty(); }
  /// Caller, route and key as one text; empty without a key.
  const std::string& scope() const { return scope_; }
  /// The same again for the same scope and place in a batch; without a key a new one.
  base::Uuid id(std::size_t index = 0) const;
  /// The problem of a request that was not taken in. One whose key belongs to another request names the key.
  Problem refused(const base::Error& error) const;

 private:
  std::string scope_;
};

}  // namespace sasrec::http
