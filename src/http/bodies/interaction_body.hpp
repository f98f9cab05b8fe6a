#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "bus/records.hpp"
#include "http/problem.hpp"

namespace sasrec::http {

inline constexpr std::size_t kMaxInteractions = 1000;

/// Reads the body of POST /v1/interactions. Those without a time get `now`; later ones than that are
/// refused as base::moment_problem says. Those without an id get one: with an
/// `idempotency_scope` (who, where, which Idempotency-Key) it follows from that, the place and the content, so that
/// saying the same again adds nothing; with an empty one it is new.
Decoded<std::vector<bus::Interaction>> decode_interactions(std::string_view body, std::string_view idempotency_scope,
                                                           base::Time now);

}  // namespace sasrec::http
