#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sasrec::dataset {

/// Splits records of delimited text with the quotes of RFC 4180: a field that begins with a quote ends with one, and
/// may hold delimiters, line ends, and quotes written twice. A quote elsewhere in a field is an ordinary character.
class DelimitedSplitter {
 public:
  explicit DelimitedSplitter(char delimiter) : delimiter_(delimiter) {}

  /// What is wrong with the record, or an empty view. Makes no allocation once warm.
  std::string_view split(std::string_view record);

  /// The fields of the last record, unquoted; valid until the next split and as long as that record.
  const std::vector<std::string_view>& fields() const { return fields_; }

 private:
  char delimiter_;
  std::vector<std::string_view> fields_;
  std::string unescaped_;  // fields in which a doubled quote became one
};

/// Where the record at the beginning of `text` ends: the position of its line end, or npos if that is beyond `text`.
/// If the quotes of its first line make no sense, the record is that line.
std::size_t record_end(std::string_view text, char delimiter);

/// Splits at each "::", as MovieLens's .dat files do.
void split_double_colons(std::string_view record, std::vector<std::string_view>& fields);

/// Splits at runs of spaces and tabs; leading and trailing ones are ignored.
void split_blanks(std::string_view record, std::vector<std::string_view>& fields);

/// Without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace sasrec::dataset
