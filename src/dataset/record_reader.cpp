#include "dataset/record_reader.hpp"

#include <fcntl.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "dataset/delimited.hpp"

namespace sasrec::dataset {
namespace {

using base::ErrorCode;
using base::fail;

// Twice the longest record, so that a refill rarely has to move pending text.
constexpr std::size_t kBufferBytes = 2 * kMaxRecordBytes;

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::string_view without_carriage_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string reason_of(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace

void RecordReader::Close::operator()(void* file) const {
  gzclose(static_cast<gzFile>(file));
}

RecordReader::RecordReader(std::string name, void* file) : name_(std::move(name)), file_(file), buffer_(kBufferBytes) {}

base::Result<RecordReader> RecordReader::open(const std::filesystem::path& path) {
  const std::string name = path.string();
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const int reason = errno;
    if (reason == ENOENT || reason == ENOTDIR) return fail(ErrorCode::kNotFound, "{}: no such file", name);
    return fail(ErrorCode::kIo, "{}: cannot be opened: {}", name, reason_of(reason));
  }
  const auto file = gzdopen(descriptor, "rb");
  gzbuffer(file, 1U << 17U);  // zlib's default of 8 KiB makes many small reads
  RecordReader reader(name, file);
  if (auto read = reader.fill(); !read) return base::Failure(read.error());
  if (reader.pending().starts_with("\xEF\xBB\xBF")) reader.begin_ = 3;

  const auto head = reader.pending();
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
    return fail(ErrorCode::kInvalidInput, "{}: is UTF-16 text; save it as UTF-8", name);
  }
  // Text has no zero bytes. Without this check a zip file would be reported as one very long wrong row.
  if (head.substr(0, 4096).find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kInvalidInput, "{}: is not a text file (it may be compressed in a way other than gzip)",
                name);
  }
  if (reader.at_end_ && std::ranges::all_of(head, [](char c) { return is_blank({&c, 1}) || c == '\n'; })) {
    return fail(ErrorCode::kInvalidInput, "{}: is empty", name);
  }
  return reader;
}

std::string_view RecordReader::head() const {
  return pending();
}

base::Result<std::optional<Record>> RecordReader::next() {
  for (;;) {
    const auto found = find_end();
    if (!found) return base::Failure(found.error());
    const auto text = pending();
    if (text.empty()) return std::nullopt;
    const std::size_t length = *found;
    Record record{.text = text.substr(0, length), .line = line_};
    if (length > kMaxRecordBytes) {
      record.text = {};
      record.too_long = true;
      if (auto skipped = skip_line(); !skipped) return base::Failure(skipped.error());
      return record;
    }
    line_ += static_cast<std::size_t>(std::ranges::count(record.text, '\n')) + 1;
    begin_ = std::min(begin_ + length + 1, end_);
    record.text = without_carriage_return(record.text);
    if (!is_blank(record.text)) return record;
  }
}

/// The length of the pending record; more than kMaxRecordBytes if the buffer does not contain its end.
base::Result<std::size_t> RecordReader::find_end() {
  for (;;) {
    const auto text = pending();
    const auto line_end = text.find('\n');
    if (line_end != std::string_view::npos) {
      if (!delimiter_ || text.substr(0, line_end).find('"') == std::string_view::npos) return line_end;
      // npos exceeds the limit too.
      if (const auto end = record_end(text, *delimiter_); end <= kMaxRecordBytes) return end;
    }
    if (at_end_ || text.size() > kMaxRecordBytes) {
      // A quote that is never closed must not swallow the rest of the file: it ends with its own line, and splitting
      // that line reports the problem.
      return std::min(line_end, text.size());
    }
    if (auto read = fill(); !read) return base::Failure(read.error());
  }
}

base::Result<void> RecordReader::skip_line() {
  for (;;) {
    const auto line_end = pending().find('\n');
    if (line_end != std::string_view::npos) {
      begin_ += line_end + 1;
      ++line_;
      return {};
    }
    begin_ = end_;
    if (at_end_) return {};
    if (auto read = fill(); !read) return read;
  }
}

/// Reads more text after the pending text.
base::Result<void> RecordReader::fill() {
  const auto kept = end_ - begin_;
  std::memmove(buffer_.data(), buffer_.data() + begin_, kept);
  begin_ = 0;
  end_ = kept;
  const auto room = buffer_.size() - end_;
  const auto file = static_cast<gzFile>(file_.get());
  errno = 0;
  const int got = gzread(file, buffer_.data() + end_, static_cast<unsigned>(room));
  const int reason = errno;
  end_ += static_cast<std::size_t>(std::max(got, 0));
  if (got == static_cast<int>(room)) return {};

  at_end_ = true;
  if (end_ > 0 && buffer_[end_ - 1] != '\n') buffer_[end_++] = '\n';  // every line has an end, the last one too
  int status = Z_OK;
  const char* what = gzerror(file, &status);
  switch (status) {
    case Z_OK:
    case Z_STREAM_END:
      return {};
    case Z_BUF_ERROR:
      return fail(ErrorCode::kCorrupt, "{}: the gzip data ends too early: the file is truncated", name_);
    case Z_ERRNO:
      if (reason == EISDIR) return fail(ErrorCode::kIo, "{}: is a folder, not a file", name_);
      return fail(ErrorCode::kIo, "{}: cannot be read: {}", name_, reason_of(reason));
    default:
      return fail(ErrorCode::kCorrupt, "{}: the gzip data is damaged ({})", name_, what);
  }
}

}  // namespace sasrec::dataset
