#pragma once

#include <string_view>
#include <vector>

#include "bus/item.hpp"
#include "http/problem.hpp"

namespace sasrec::http {

inline constexpr std::size_t kMaxPutItems = 1000;

/// Reads the body of PUT /v1/items.
Decoded<std::vector<bus::CatalogueItem>> decode_items(std::string_view body);

}  // namespace sasrec::http
