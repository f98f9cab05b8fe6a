#include "http/key_store.hpp"

#include <algorithm>
#include <array>

namespace sasrec::http {
namespace {

constexpr std::array<std::string_view, 5> kScopes{"read", "predict", "ingest", "admin", "metrics"};

}  // namespace

std::string_view to_string(Scope scope) {
  return kScopes[static_cast<std::size_t>(scope)];
}

std::optional<Scope> parse_scope(std::string_view text) {
  const auto found = std::ranges::find(kScopes, text);
  if (found == kScopes.end()) return std::nullopt;
  return static_cast<Scope>(found - kScopes.begin());
}

}  // namespace sasrec::http
