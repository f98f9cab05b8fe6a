#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/problem.hpp"

namespace sasrec::http {

/// %41 becomes A. None if a % isn't followed by two hexadecimal digits, or the result isn't UTF-8.
std::optional<std::string> percent_decoded(std::string_view text);

/// Takes the parameters of a query (a=1&b=2; + means a space) one by one and notes what is wrong with them.
class QueryReader {
 public:
  explicit QueryReader(std::string_view query);

  /// A text of at most `max_bytes` without control characters; empty if it isn't there.
  std::string text(std::string_view name, std::size_t max_bytes);
  std::size_t number(std::string_view name, std::size_t min, std::size_t max, std::size_t otherwise);

  /// What was wrong, if anything: values, parameters given twice, and those that nobody has asked for.
  std::optional<Problem> problem();

 private:
  const std::string* find(std::string_view name);
  void wrong(std::string_view name, std::string detail);

  std::vector<std::pair<std::string, std::string>> parameters_;
  std::vector<std::string_view> known_;
  std::vector<FieldError> errors_;
};

}  // namespace sasrec::http
