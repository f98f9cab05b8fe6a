#include "dataset/record_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/dataset/text_file.hpp"

namespace sasrec::dataset {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

enum class Quotes { kOrdinary, kJoinLines };

/// Line numbers and texts; "<too long>" for such a record.
std::vector<std::pair<std::size_t, std::string>> records_of(std::string_view content,
                                                            Quotes quotes = Quotes::kOrdinary) {
  const TextFile file(content);
  auto reader = RecordReader::open(file.path());
  EXPECT_TRUE(reader) << reader.error().message;
  if (quotes == Quotes::kJoinLines) reader->join_quoted_lines(',');
  std::vector<std::pair<std::size_t, std::string>> records;
  for (;;) {
    const auto record = reader->next();
    EXPECT_TRUE(record) << record.error().message;
    if (!*record) return records;
    records.emplace_back((*record)->line, (*record)->too_long ? "<too long>" : (*record)->text);
  }
}

base::Error open_error(const std::filesystem::path& path) {
  const auto reader = RecordReader::open(path);
  EXPECT_FALSE(reader);
  return reader ? base::Error{} : reader.error();
}

TEST(RecordReader, ReadsLinesWhateverTheirEnding) {
  EXPECT_THAT(records_of("a\nb\n"), ElementsAre(Pair(1, "a"), Pair(2, "b")));
  EXPECT_THAT(records_of("a\r\nb\r\n"), ElementsAre(Pair(1, "a"), Pair(2, "b")));
  EXPECT_THAT(records_of("a\nb"), ElementsAre(Pair(1, "a"), Pair(2, "b")));
  EXPECT_THAT(records_of("\xEF\xBB\xBF"
                         "a\nb"),
              ElementsAre(Pair(1, "a"), Pair(2, "b")));
}

TEST(RecordReader, SkipsBlankLinesButCountsThem) {
  EXPECT_THAT(records_of("\n \t\na\n\r\n\nb\n\n"), ElementsAre(Pair(3, "a"), Pair(6, "b")));
}

TEST(RecordReader, ReadsGzipAsIs) {
  std::string text;
  for (int line = 0; line < 300'000; ++line) text += std::to_string(line) + '\n';
  const auto plain = records_of(text);
  EXPECT_EQ(records_of(gzipped(text)), plain);
  EXPECT_EQ(plain.size(), 300'000U);
  EXPECT_EQ(plain.back().second, "299999");
}

TEST(RecordReader, JoinsLinesInsideQuotedFieldsWhenAsked) {
  const auto text = "x,\"a\nb\"\ny,\"c\"\nz,\"d\ne\"";
  EXPECT_THAT(records_of(text, Quotes::kJoinLines),
              ElementsAre(Pair(1, "x,\"a\nb\""), Pair(3, "y,\"c\""), Pair(4, "z,\"d\ne\"")));
  EXPECT_EQ(records_of(text).size(), 5U);
}

TEST(RecordReader, AQuoteThatIsNeverClosedCostsItsOwnLineOnly) {
  EXPECT_THAT(records_of("x,\"a\ny,b\nz,c\n", Quotes::kJoinLines),
              ElementsAre(Pair(1, "x,\"a"), Pair(2, "y,b"), Pair(3, "z,c")));
}

TEST(RecordReader, SkipsARecordThatIsTooLong) {
  for (const std::size_t length : {kMaxRecordBytes + 1, 2 * kMaxRecordBytes, 5 * kMaxRecordBytes}) {
    const auto text = "a\n" + std::string(length, 'x') + "\nb\n";
    EXPECT_THAT(records_of(text), ElementsAre(Pair(1, "a"), Pair(2, "<too long>"), Pair(3, "b"))) << length;
  }
  const std::string longest(kMaxRecordBytes, 'x');
  EXPECT_THAT(records_of("a\n" + longest + "\nb"), ElementsAre(Pair(1, "a"), Pair(2, longest), Pair(3, "b")));
  EXPECT_THAT(records_of(std::string(3 * kMaxRecordBytes, 'x')), ElementsAre(Pair(1, "<too long>")));
}

TEST(RecordReader, LimitsWhatAQuoteCanJoin) {
  std::string text = "a,\"open\n";
  for (std::size_t line = 0; line < kMaxRecordBytes / 2; ++line) text += "b,c\n";
  const auto records = records_of(text, Quotes::kJoinLines);
  ASSERT_EQ(records.size(), kMaxRecordBytes / 2 + 1);
  EXPECT_THAT(records.front(), Pair(1, "a,\"open"));
}

TEST(RecordReader, TellsWhyAFileCannotBeRead) {
  const TextFile file("a\n");
  const auto missing = open_error(file.path().parent_path() / "missing");
  EXPECT_EQ(missing.code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.message, HasSubstr("missing: no such file"));
  const auto folder = open_error(file.path().parent_path());
  EXPECT_EQ(folder.code, ErrorCode::kIo);
  EXPECT_THAT(folder.message, HasSubstr("is a folder"));
}

TEST(RecordReader, RefusesAnEmptyFile) {
  for (const auto& content : {std::string(), std::string("\n\r\n \n"), std::string("\xEF\xBB\xBF"), gzipped("")}) {
    const TextFile file(content);
    const auto error = open_error(file.path());
    EXPECT_EQ(error.code, ErrorCode::kInvalidInput);
    EXPECT_THAT(error.message, HasSubstr("is empty"));
  }
}

TEST(RecordReader, RefusesWhatIsNotText) {
  const TextFile binary(
      std::string("\x7F"
                  "ELF\x02\0\0\0",
                  8));
  EXPECT_EQ(open_error(binary.path()).code, ErrorCode::kInvalidInput);
  EXPECT_THAT(open_error(binary.path()).message, HasSubstr("not a text file"));
  const TextFile wide(
      std::string("\xFF\xFE"
                  "a\0",
                  4));
  EXPECT_THAT(open_error(wide.path()).message, HasSubstr("UTF-16"));
}

/// Reads all there is; the error it ends with.
base::Error read_error(std::string_view content) {
  const TextFile file(content);
  auto reader = RecordReader::open(file.path());
  if (!reader) return reader.error();
  for (;;) {
    const auto record = reader->next();
    if (!record) return record.error();
    if (!*record) return {};
  }
}

TEST(RecordReader, NeverTakesATruncatedOrDamagedGzipFileForAShortOne) {
  std::string text;
  for (std::uint64_t line = 0; line < 400'000; ++line) text += std::to_string(line * 7919) + '\n';
  const auto whole = gzipped(text);
  for (const auto length : {std::size_t{5}, std::size_t{100}, whole.size() / 2, whole.size() - 4}) {
    const auto error = read_error(std::string_view(whole).substr(0, length));
    EXPECT_EQ(error.code, ErrorCode::kCorrupt) << length;
    EXPECT_THAT(error.message, HasSubstr("truncated")) << length;
  }
  auto damaged = whole;
  damaged[whole.size() - 6] ^= 0x10;  // in the checksum
  EXPECT_EQ(read_error(damaged).code, ErrorCode::kCorrupt);
  EXPECT_THAT(read_error(damaged).message, HasSubstr("damaged"));
}

}  // namespace
}  // namespace sasrec::dataset
