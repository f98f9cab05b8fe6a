#include "dataset/row_parser.hpp"

#include <fmt/format.h>

#include <utility>

#include "dataset/delimited.hpp"

namespace sasrec::dataset {
namespace {

using Positions = std::vector<std::optional<std::size_t>>;

std::string count_problem(std::size_t found, std::size_t expected) {
  return fmt::format("has {} field{}, expected are {}", found, found == 1 ? "" : "s", expected);
}

/// Takes the fields at `positions`, which are below the number of fields.
void pick(const std::vector<std::string_view>& fields, const Positions& positions, RowValues& values) {
  values.resize(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    values[i] = positions[i] ? std::optional(fields[*positions[i]]) : std::nullopt;
  }
}

class DelimitedParser final : public RowParser {
 public:
  DelimitedParser(char delimiter, Positions positions, std::size_t field_count)
      : splitter_(delimiter), positions_(std::move(positions)), field_count_(field_count) {}

  std::string parse(std::string_view record, RowValues& values) override {
    if (const auto problem = splitter_.split(record); !problem.empty()) return std::string(problem);
    const auto& fields = splitter_.fields();
    // A row with other fields than the header is most likely broken, so its values can't be trusted.
    if (fields.size() != field_count_) return count_problem(fields.size(), field_count_);
    pick(fields, positions_, values);
    return {};
  }

 private:
  DelimitedSplitter splitter_;
  Positions positions_;
  std::size_t field_count_;
};

class PositionalParser final : public RowParser {
 public:
  PositionalParser(FormatKind kind, Positions positions, std::size_t field_count)
      : kind_(kind), positions_(std::move(positions)), field_count_(field_count) {}

  std::string parse(std::string_view record, RowValues& values) override {
    if (kind_ == FormatKind::kPairs) {
      split_blanks(record, fields_);
    } else {
      split_double_colons(record, fields_);
    }
    if (fields_.size() != field_count_) return count_problem(fields_.size(), field_count_);
    pick(fields_, positions_, values);
    return {};
  }

 private:
  FormatKind kind_;
  Positions positions_;
  std::size_t field_count_;
  std::vector<std::string_view> fields_;
};

}  // namespace

std::unique_ptr<RowParser> delimited_parser(char delimiter, Positions positions, std::size_t field_count) {
  return std::make_unique<DelimitedParser>(delimiter, std::move(positions), field_count);
}

std::unique_ptr<RowParser> positional_parser(FormatKind kind, std::span<const Column> columns,
                                             std::size_t field_count) {
  Positions positions;
  for (const auto& column : columns) {
    positions.push_back(column.position < field_count ? std::optional(column.position) : std::nullopt);
  }
  return std::make_unique<PositionalParser>(kind, std::move(positions), field_count);
}

}  // namespace sasrec::dataset
