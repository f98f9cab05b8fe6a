#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sasrec::dataset {

/// Splits records of delimited text with quotes as in RFC 4180: a field that begins with a quote ends with one, and may
/// contain delimiters, line ends, and doubled quotes. A quote elsewhere in a field is an ordinary character.
class DelimitedSplitter {
 public:
  explicit DelimitedSplitter(char delimiter) : delimiter_(delimiter) {}

  /// Splits a record. Returns an empty view, or what is wrong with the record. Does not allocate once its buffers have
  /// grown.
  std::string_view split(std::string_view record);

  /// The fields of the last record, unquoted; valid until the next split and as long as that record.
  const std::vector<std::string_view>& fields() const { return fields_; }

 private:
  char delimiter_;
  std::vector<std::string_view> fields_;
  std::string unescaped_;  // text of the fields that contain doubled quotes
};

/// Finds the end of the record at the beginning of `text`: the position of its line end, or npos if `text` ends before
/// it. If the quotes of the first line are malformed, the record is that line.
std::size_t record_end(std::string_view text, char delimiter);

/// Splits at each "::", the separator of MovieLens's .dat files.
void split_double_colons(std::string_view record, std::vector<std::string_view>& fields);

/// Splits at runs of spaces and tabs; leading and trailing ones are ignored.
void split_blanks(std::string_view record, std::vector<std::string_view>& fields);

/// Returns `text` without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace sasrec::dataset
