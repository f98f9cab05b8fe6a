#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "http/problem.hpp"
#include "http/server/exchange.hpp"

namespace sasrec::http {

/// From this size on a body is decoded on the compute pool: smaller ones take less than a millisecond.
inline constexpr std::size_t kLargeBody = 64UL * 1024;

/// Runs `decode`, which takes a body and returns a Decoded<T>, on the request's body: here, or on the compute pool if
/// the body is large. Takes the body.
template <class T, class Decode>
Task<Decoded<T>> decode_body(Exchange& exchange, Decode decode) {
  if (exchange.request.body.size() < kLargeBody) co_return decode(exchange.request.body);
  auto work = [decode = std::move(decode), body = std::move(exchange.request.body)]() -> base::Result<Decoded<T>> {
    return decode(body);
  };
  auto decoded = co_await exchange.compute<Decoded<T>>(std::move(work));
  if (!decoded) co_return Refused(to_problem(decoded.error()));
  co_return *std::move(decoded);
}

}  // namespace sasrec::http
