#include "http/query.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"
#include "http/bodies/found_value.hpp"

namespace sasrec::http {
namespace {

std::optional<std::string> decoded(std::string_view text, char space) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      unsigned value = 0;
      if (text.size() - i < 3) return std::nullopt;
      const auto* const begin = text.data() + i + 1;
      const auto [end, error] = std::from_chars(begin, begin + 2, value, 16);
      if (error != std::errc() || end != begin + 2) return std::nullopt;
      result += static_cast<char>(value);
      i += 2;
    } else {
      result += text[i] == space ? ' ' : text[i];
    }
  }
  if (!base::is_utf8(result)) return std::nullopt;
  return result;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  return decoded(text, ' ');
}

QueryReader::QueryReader(std::string_view query) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decoded(pair.substr(0, equals), '+');
    auto value = equals == std::string_view::npos ? std::string() : decoded(pair.substr(equals + 1), '+');
    if (!name || !value) {
      wrong(base::to_printable_utf8(pair.substr(0, equals)), "is not percent-encoded UTF-8");
    } else if (std::ranges::find(parameters_, *name, &std::pair<std::string, std::string>::first) !=
               parameters_.end()) {
      wrong(*name, "is given twice: once is allowed");
    } else {
      parameters_.emplace_back(*std::move(name), *std::move(value));
    }
  }
}

const std::string* QueryReader::find(std::string_view name) {
  if (std::ranges::find(known_, name) == known_.end()) known_.push_back(name);
  const auto found = std::ranges::find(parameters_, name, &std::pair<std::string, std::string>::first);
  return found == parameters_.end() ? nullptr : &found->second;
}

void QueryReader::wrong(std::string_view name, std::string detail) {
  // A query can hold thousands of wrong parameters; a problem document that lists them all helps nobody.
  constexpr std::size_t kMax = 20;
  if (errors_.size() >= kMax) return;
  errors_.push_back({FieldError::In::kParameter, std::string(name), std::move(detail)});
}

std::string QueryReader::text(std::string_view name, std::size_t max_bytes) {
  const auto* value = find(name);
  if (value == nullptr) return {};
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 32 || c == 127;
  };
  if (value->size() > max_bytes) {
    wrong(name, fmt::format("is {} bytes long: at most {} are allowed", value->size(), max_bytes));
    return {};
  }
  if (std::ranges::any_of(*value, is_control)) {
    wrong(name, "holds a control character: none is allowed");
    return {};
  }
  return *value;
}

std::size_t QueryReader::number(std::string_view name, std::size_t min, std::size_t max, std::size_t otherwise) {
  const auto* value = find(name);
  if (value == nullptr) return otherwise;
  std::size_t number = 0;
  const auto* const end = value->data() + value->size();
  const auto [stopped, error] = std::from_chars(value->data(), end, number);
  if (error != std::errc() || stopped != end || number < min || number > max) {
    wrong(name, fmt::format("must be a whole number from {} to {}, not {}", min, max, found_text(*value)));
    return otherwise;
  }
  return number;
}

std::optional<Problem> QueryReader::problem() {
  for (const auto& [name, value] : parameters_) {
    if (std::ranges::find(known_, name) == known_.end()) {
      wrong(base::to_printable_utf8(name), known_.empty()
                                               ? std::string("is not known: none is allowed here")
                                               : fmt::format("is not known: allowed are {}", fmt::join(known_, ", ")));
    }
  }
  if (errors_.empty()) return std::nullopt;
  return wrong_values(std::move(errors_));
}

}  // namespace sasrec::http
