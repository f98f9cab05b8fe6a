#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/columns.hpp"
#include "dataset/format.hpp"

namespace sasrec::dataset {

/// One per wanted column; none where the row has no such value.
using RowValues = std::vector<std::optional<std::string_view>>;

/// Takes records of one format apart.
class RowParser {
 public:
  virtual ~RowParser() = default;

  /// Sets `values` and returns an empty string, or returns what is wrong with the record. The values live as long as
  /// `record` and until the next call. Makes no allocation for a right record once warm (JSON: none that grows).
  virtual std::string parse(std::string_view record, RowValues& values) = 0;
};

/// For csv and tsv: column i stands at field positions[i] of `field_count`.
std::unique_ptr<RowParser> delimited_parser(char delimiter, std::vector<std::optional<std::size_t>> positions,
                                            std::size_t field_count);

/// For movielens-dat and pairs: column i stands at columns[i].position if that is below `field_count`.
std::unique_ptr<RowParser> positional_parser(FormatKind kind, std::span<const Column> columns, std::size_t field_count);

/// For jsonl. The columns are looked for in each object anew.
std::unique_ptr<RowParser> json_parser(std::vector<Column> columns);

}  // namespace sasrec::dataset
