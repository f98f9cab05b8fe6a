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

/// One value per column; empty if the row has no such value.
using RowValues = std::vector<std::optional<std::string_view>>;

/// Extracts the values of the columns from records of one format. Not thread-safe.
class RowParser {
 public:
  virtual ~RowParser() = default;

  /// Sets `values` and returns an empty string, or returns what is wrong with the record. The values are valid until
  /// the next call and as long as `record` is. A good record needs no allocation once the buffers have grown.
  virtual std::string parse(std::string_view record, RowValues& values) = 0;
};

/// The parser for csv and tsv: column i is field positions[i] of `field_count`.
std::unique_ptr<RowParser> delimited_parser(char delimiter, std::vector<std::optional<std::size_t>> positions,
                                            std::size_t field_count);

/// The parser for movielens-dat and pairs: column i is field columns[i].position if that is below `field_count`.
std::unique_ptr<RowParser> positional_parser(FormatKind kind, std::span<const Column> columns, std::size_t field_count);

/// The parser for jsonl. It looks for the columns in each object again.
std::unique_ptr<RowParser> json_parser(std::vector<Column> columns);

}  // namespace sasrec::dataset
