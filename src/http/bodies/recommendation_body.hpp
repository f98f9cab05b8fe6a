#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bus/records.hpp"
#include "http/problem.hpp"
#include "serving/recommendation_store.hpp"

namespace sasrec::http {

inline constexpr std::size_t kMaxBatch = 256;

/// Reads the body of POST /v1/recommendations, without id, trace and fingerprint.
Decoded<serving::NewRequest> decode_recommendation(std::string_view body);

/// Reads the body of POST /v1/recommendations/batch: an outcome for each element of "requests". As a whole it fails
/// only if there is no such array.
Decoded<std::vector<Decoded<serving::NewRequest>>> decode_batch(std::string_view body);

/// 403 if `request` asks for what a key without the scope read must not see: an explanation names the items of the
/// stored history.
Decoded<void> check_may_ask(const serving::NewRequest& request, bool may_read);

/// SHA-256 of what `request` asks for: the same for two bodies that ask for the same.
std::string fingerprint(const serving::NewRequest& request);

}  // namespace sasrec::http
