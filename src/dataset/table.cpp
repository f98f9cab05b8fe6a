#include "dataset/table.hpp"

#include <utility>

#include "base/encoding.hpp"
#include "dataset/delimited.hpp"

namespace sasrec::dataset {

using base::ErrorCode;
using base::fail;
using base::Result;

Table::Table(std::string name, RecordReader reader, std::vector<Column> columns, const ImportOptions& options)
    : name_(std::move(name)),
      reader_(std::move(reader)),
      columns_(std::move(columns)),
      strict_(options.strict),
      max_shown_problems_(options.max_shown_problems) {
  // The names of the file's own columns replace these once the header is read.
  for (const auto& column : columns_) shown_names_.emplace_back(column.label);
}

Result<Table> Table::open(const std::filesystem::path& path, TableLayout layout, const ImportOptions& options) {
  auto reader = RecordReader::open(path);
  if (!reader) return base::Failure(reader.error());
  const auto format = detect_format(reader->head(), path, layout.columns);
  Table table(path.string(), std::move(*reader), std::move(layout.columns), options);
  table.report_.format = to_string(format.kind);
  switch (format.kind) {
    case FormatKind::kMovieLensDat:
      table.parser_ = positional_parser(format.kind, table.columns_, layout.dat_fields);
      break;
    case FormatKind::kPairs:
      if (layout.pairs_fields == 0) {
        return fail(
            ErrorCode::kInvalidInput,
            "{}: the format is not known; expected is CSV or TSV with a header, JSON Lines, or MovieLens's .dat",
            table.name_);
      }
      table.parser_ = positional_parser(format.kind, table.columns_, layout.pairs_fields);
      break;
    case FormatKind::kJsonLines:
      table.parser_ = json_parser(table.columns_);
      break;
    case FormatKind::kCsv:
    case FormatKind::kTsv:
      table.reader_.join_quoted_lines(format.delimiter);
      break;
  }
  if (format.has_header) {
    if (auto read = table.read_header(format); !read) return base::fail_within(table.name_, read.error());
  }
  return table;
}

Result<void> Table::read_header(const Format& format) {
  const auto record = reader_.next();
  if (!record) return base::Failure(record.error());
  if (format.kind == FormatKind::kPairs) return {};  // its columns have fixed positions: the header is only skipped
  if (!*record || (*record)->too_long) return fail(ErrorCode::kInvalidInput, "the header is longer than 1 MiB");
  DelimitedSplitter splitter(format.delimiter);
  if (const auto problem = splitter.split((*record)->text); !problem.empty()) {
    return fail(ErrorCode::kInvalidInput, "line {}: the header {}", (*record)->line, problem);
  }
  const auto& names = splitter.fields();
  auto positions = find_columns(columns_, names);
  if (!positions) return base::Failure(positions.error());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (const auto position = (*positions)[i]) shown_names_[i] = base::to_printable_utf8(trimmed(names[*position]));
  }
  parser_ = delimited_parser(format.delimiter, std::move(*positions), names.size());
  return {};
}

Result<bool> Table::next() {
  for (;;) {
    const auto record = reader_.next();
    if (!record) return base::Failure(record.error());
    if (!*record) return false;
    line_ = (*record)->line;
    ++report_.rows;
    // A wrong row is counted and skipped: one bad line in a million must not cost the import.
    std::string problem = (*record)->too_long ? "is longer than 1 MiB" : parser_->parse((*record)->text, values_);
    for (std::size_t i = 0; i < columns_.size() && problem.empty(); ++i) {
      if (columns_[i].need == Need::kRequired && !values_[i]) problem = fmt::format("has no {}", shown_names_[i]);
    }
    if (problem.empty()) return true;
    if (auto rejected = reject(std::move(problem)); !rejected) return base::Failure(rejected.error());
  }
}

Result<void> Table::reject(std::string reason) {
  if (strict_) return fail(ErrorCode::kInvalidInput, "{}: line {}: {}", name_, line_, reason);
  // Kept apart from report_.problems, which may be limited to none: finish() needs it.
  if (report_.rejected == 0) first_problem_ = fmt::format("line {}: {}", line_, reason);
  ++report_.rejected;
  if (report_.problems.size() < max_shown_problems_) {
    report_.problems.push_back({.line = line_, .reason = std::move(reason)});
  }
  return {};
}

std::string Table::value_problem(std::size_t column, std::string_view problem) const {
  return fmt::format("{} {} {}", shown_names_[column], base::shown_value(values_[column].value_or("")), problem);
}

Result<ImportReport> Table::finish() {
  if (report_.rows == 0) return fail(ErrorCode::kInvalidInput, "{}: has a header but no rows", name_);
  // Most likely the wrong file or format: a report with 0 interactions would hide that.
  if (report_.rejected == report_.rows) {
    return fail(ErrorCode::kInvalidInput, "{}: read as {}, none of its {} rows is usable; {}", name_, report_.format,
                report_.rows, first_problem_);
  }
  return std::move(report_);
}

}  // namespace sasrec::dataset
