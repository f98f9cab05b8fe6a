#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::dataset {

/// The maximum length of a record. A longer one is reported as a wrong row and skipped.
inline constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 20;

/// One row of a text file, without its line ending.
struct Record {
  std::string_view text;  ///< valid until the next call of the reader
  std::size_t line = 0;   ///< the line where it begins, from 1
  bool too_long = false;  ///< longer than kMaxRecordBytes; `text` is empty
};

/// Reads a text file record by record: plain or gzip (detected from content), with Unix or Windows line ends, with or
/// without a UTF-8 byte order mark or a final newline. Blank lines are skipped. It needs one buffer of fixed size,
/// independently of the file.
class RecordReader {
 public:
  /// kNotFound: no such file. kIo: the path is a folder, or the system refuses. kCorrupt: damaged gzip data.
  /// kInvalidInput: the file is empty or not text.
  static base::Result<RecordReader> open(const std::filesystem::path& path);

  /// The beginning of the text: at least the first line, unless that is longer than kMaxRecordBytes. Call it before the
  /// first next().
  std::string_view head() const;

  /// From now on a line end inside a quoted field does not end a record (see record_end() in delimited.hpp).
  void join_quoted_lines(char delimiter) { delimiter_ = delimiter; }

  /// Returns the next record, empty at the end of the file. kIo or kCorrupt if the file can't be read to its end.
  base::Result<std::optional<Record>> next();

 private:
  struct Close {
    void operator()(void* file) const;
  };

  RecordReader(std::string name, void* file);
  std::string_view pending() const { return {buffer_.data() + begin_, end_ - begin_}; }
  base::Result<void> fill();
  base::Result<std::size_t> find_end();
  base::Result<void> skip_line();

  std::string name_;                   // the file's, for messages
  std::unique_ptr<void, Close> file_;  // gzFile
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // pending text is buffer_[begin_, end_)
  std::size_t end_ = 0;
  std::size_t line_ = 1;  // the line where the pending text begins
  bool at_end_ = false;   // whether the buffer holds all that is left of the file
  std::optional<char> delimiter_;
};

}  // namespace sasrec::dataset
