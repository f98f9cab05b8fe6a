#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::dataset {

/// What a JSON value has to be to stand in a column. In delimited text everything is a string.
enum class ValueKind {
  kId,    ///< a string or a whole number
  kTime,  ///< a string or a number
  kText,  ///< a string or a number
  kList,  ///< a string, or an array of strings (joined by '|')
};

enum class Need { kRequired, kOptional };

/// One of the things wanted of each row, and how to find it in a file.
struct Column {
  std::string_view label{};  ///< "user": what messages call it
  ValueKind kind = ValueKind::kText;
  Need need = Need::kRequired;
  std::string name{};                               ///< its name as the caller gave it; empty: a usual one
  std::span<const std::string_view> usual_names{};  ///< best first; lower case, without '_', '-' and blanks
  std::string_view option{};                        ///< the command line's way to name it, for messages
  std::size_t position = 0;                         ///< where it stands in formats without names
};

/// How well a name in the file fits the column: 0 is best, none is not at all. Case is ignored, and in usual names also
/// '_', '-', blanks, and a type after a colon ("user_id:token").
std::optional<std::size_t> match_rank(const Column& column, std::string_view name);

/// Position in `names` of each column, none for an optional one that isn't there.
/// kInvalidInput if a required or explicitly named one is missing; the message lists the names there are.
base::Result<std::vector<std::optional<std::size_t>>> find_columns(std::span<const Column> columns,
                                                                   std::span<const std::string_view> names);

}  // namespace sasrec::dataset
