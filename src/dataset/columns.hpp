#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::dataset {

/// The JSON values that a column accepts. In delimited text every value is a string.
enum class ValueKind {
  kId,    ///< a string or a whole number
  kTime,  ///< a string or a number
  kText,  ///< a string or a number
  kList,  ///< a string, or an array of strings (joined by '|')
};

enum class Need { kRequired, kOptional };

/// A value to read from each row, and how to find it in a file.
struct Column {
  std::string_view label{};  ///< its name in messages, e.g. "user"
  ValueKind kind = ValueKind::kText;
  Need need = Need::kRequired;
  std::string name{};                               ///< the column's name in the file; empty: one of usual_names
  std::span<const std::string_view> usual_names{};  ///< best first; lower case, without '_', '-' and blanks
  std::string_view option{};                        ///< the command line option that sets `name`, for messages
  std::size_t position = 0;                         ///< its position in formats without column names
};

/// How well a name in the file matches the column: 0 is best, empty is no match. Case is ignored. In usual names '_',
/// '-', blanks, and a type after a colon ("user_id:token") are ignored too.
std::optional<std::size_t> match_rank(const Column& column, std::string_view name);

/// Finds the position of each column in `names`; empty for an optional column that is missing. kInvalidInput if a
/// required or explicitly named column is missing: the message lists all names.
base::Result<std::vector<std::optional<std::size_t>>> find_columns(std::span<const Column> columns,
                                                                   std::span<const std::string_view> names);

}  // namespace sasrec::dataset
