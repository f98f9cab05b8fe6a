#include "checkpoint/safetensors.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <string>

#include <boost/json/parse.hpp>

namespace sasrec::checkpoint {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;

/// A file with this header, word for word, said to be `length` bytes long, and `data_size` bytes of data.
std::vector<std::byte> file_of(const std::string& header, std::size_t data_size, std::uint64_t length) {
  std::vector<std::byte> file(8 + header.size() + data_size);
  std::memcpy(file.data(), &length, 8);
  std::memcpy(file.data() + 8, header.data(), header.size());
  return file;
}

/// With spaces up to where floats may begin.
std::vector<std::byte> file_of(std::string header, std::size_t data_size) {
  header.append((4 - header.size() % 4) % 4, ' ');
  return file_of(header, data_size, header.size());
}

std::string refusal(std::span<const std::byte> file) {
  const auto read = read_safetensors(file);
  if (read) return "it was read";
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  return read.error().message;
}

std::vector<std::byte> two_tensors() {
  static constexpr std::array<float, 6> a{1, 2, 3, 4, 5, 6};
  static constexpr std::array<float, 1> b{-0.5F};
  const std::vector<Tensor> tensors{{"a", {2, 3}, a}, {"b", {}, b}};
  return write_safetensors(tensors);
}

TEST(Safetensors, RoundTrip) {
  const auto file = two_tensors();
  const auto read = read_safetensors(file);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].name, "a");
  EXPECT_THAT((*read)[0].shape, ElementsAre(2, 3));
  EXPECT_THAT((*read)[0].values, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ((*read)[1].name, "b");
  EXPECT_THAT((*read)[1].shape, ElementsAre());
  EXPECT_THAT((*read)[1].values, ElementsAre(-0.5F));
}

TEST(Safetensors, DataStartsOnAMultipleOf64) {
  const auto file = two_tensors();
  const auto read = read_safetensors(file);
  ASSERT_TRUE(read);
  const auto offset = reinterpret_cast<const std::byte*>((*read)[0].values.data()) - file.data();
  EXPECT_EQ(offset % 64, 0);
}

TEST(Safetensors, HeaderIsWhatOtherReadersExpect) {
  const auto file = two_tensors();
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  const std::string header(reinterpret_cast<const char*>(file.data()) + 8, length);
  EXPECT_EQ(header.front(), '{');
  EXPECT_EQ(boost::json::parse(header), boost::json::parse(R"({
    "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "b": {"dtype": "F32", "shape": [], "data_offsets": [24, 28]}})"));
}

TEST(Safetensors, MetadataAndEmptyTensorsAreAllowed) {
  const auto file =
      file_of(R"({"__metadata__":{"format":"pt"},"none":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]},)"
              R"("one":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
              4);
  const auto read = read_safetensors(file);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->size(), 2U);
}

TEST(Safetensors, TruncatedAnywhere) {
  const auto file = two_tensors();
  for (std::size_t size = 0; size < file.size(); ++size) {
    // A copy of just this size, so that the sanitizer sees a read past the end.
    const std::vector<std::byte> part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(refusal(part), "it was read") << size;
  }
}

TEST(Safetensors, HeaderLongerThanTheFile) {
  const std::string header = "{}  ";
  EXPECT_THAT(refusal(file_of(header, 0, 5)), HasSubstr("header"));
  EXPECT_THAT(refusal(file_of(header, 0, ~std::uint64_t{0})), HasSubstr("header"));
  EXPECT_THAT(refusal(file_of(header, 0, ~std::uint64_t{0} - 7)), HasSubstr("header"));
}

TEST(Safetensors, HeaderAboveTheLimit) {
  EXPECT_TRUE(read_safetensors(file_of("{}" + std::string(kMaxHeaderBytes - 2, ' '), 0)));
  EXPECT_THAT(refusal(file_of("{}" + std::string(kMaxHeaderBytes + 2, ' '), 0)), HasSubstr("header"));
}

struct BadHeader {
  std::string header;
  std::string problem;
};
void PrintTo(const BadHeader& bad, std::ostream* out) {
  *out << bad.header;
}

class SafetensorsRefused : public testing::TestWithParam<BadHeader> {};

TEST_P(SafetensorsRefused, WithTheReason) {
  EXPECT_THAT(refusal(file_of(GetParam().header, 8)), HasSubstr(GetParam().problem));
}

/// The header of one tensor of two values, with its parts replaced.
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"t":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

INSTANTIATE_TEST_SUITE_P(
    Json, SafetensorsRefused,
    testing::Values(BadHeader{"", "header"}, BadHeader{"{", "JSON"}, BadHeader{"[]", "no JSON object"},
                    BadHeader{"{} x", "JSON"}, BadHeader{R"({"t":3})", "no object"},
                    BadHeader{R"({"__metadata__":{"a":1}})", "__metadata__"}, BadHeader{"{\"\xFF\":1}", "JSON"},
                    BadHeader{R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                              R"("t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                              "twice"},
                    BadHeader{R"({"t":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}})", "twice"},
                    BadHeader{R"({"t":{"dtype":"F32","shape":[2],"\u0073hape":[2],"data_offsets":[0,8]}})", "twice"},
                    BadHeader{std::string(40, '[') + std::string(40, ']'), "JSON"}));

INSTANTIATE_TEST_SUITE_P(
    Tensor, SafetensorsRefused,
    testing::Values(BadHeader{one(R"("F16")", "[2]", "[0,8]"), "dtype"},
                    BadHeader{one(R"("I32")", "[2]", "[0,8]"), "dtype"}, BadHeader{one("32", "[2]", "[0,8]"), "dtype"},
                    BadHeader{R"({"t":{"shape":[2],"data_offsets":[0,8]}})", "dtype is missing"},
                    BadHeader{R"({"t":{"dtype":"F32","data_offsets":[0,8]}})", "shape is missing"},
                    BadHeader{R"({"t":{"dtype":"F32","shape":[2]}})", "data_offsets is missing"},
                    BadHeader{R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}})", "unknown field \"x\""},
                    BadHeader{one(R"("F32")", "[-2]", "[0,8]"), "shape"},
                    BadHeader{one(R"("F32")", "[-1,-2]", "[0,8]"), "shape"},
                    BadHeader{one(R"("F32")", "[2.0]", "[0,8]"), "shape"},
                    BadHeader{one(R"("F32")", "2", "[0,8]"), "shape"},
                    BadHeader{one(R"("F32")", "[3]", "[0,8]"), "needs 12"},
                    // 2^62 * 4 bytes and 2^32 * (2^31 + 1) values: both wrap around to something small.
                    BadHeader{one(R"("F32")", "[4611686018427387904]", "[0,0]"), "more values"},
                    BadHeader{one(R"("F32")", "[4294967296,4294967296,2]", "[0,8]"), "more values"},
                    BadHeader{one(R"("F32")", "[18446744073709551615]", "[0,8]"), "shape"}));

INSTANTIATE_TEST_SUITE_P(
    Offsets, SafetensorsRefused,
    testing::Values(BadHeader{one(R"("F32")", "[2]", "[0,8,8]"), "3 numbers"},
                    BadHeader{one(R"("F32")", "[3]", "[0,12]"), "within"},
                    BadHeader{one(R"("F32")", "[2]", "[8,0]"), "within"},
                    BadHeader{one(R"("F32")", "[2]", "[-8,0]"), "data_offsets"},
                    BadHeader{one(R"("F32")", "[2]", "[9223372036854775800,9223372036854775807]"), "within"},
                    BadHeader{one(R"("F32")", "[2]", "[18446744073709551608,0]"), "data_offsets"},
                    BadHeader{one(R"("F32")", "[1]", "[0,4]"), "follow the last"},
                    BadHeader{one(R"("F32")", "[1]", "[4,8]"), "hole"}, BadHeader{"{}", "follow the last"},
                    BadHeader{R"({"s":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                              R"("t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                              "overlaps"},
                    BadHeader{R"({"s":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                              R"("t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
                              "overlaps"}));

TEST(Safetensors, DataOffAMultipleOfFour) {
  std::string header = one(R"("F32")", "[2]", "[0,8]");
  header.append((4 - header.size() % 4) % 4 + 1, ' ');
  EXPECT_THAT(refusal(file_of(header, 8, header.size())), HasSubstr("multiple of 4"));
}

TEST(Safetensors, ValueCountRefusesOverflow) {
  EXPECT_EQ(*value_count(std::vector<std::int64_t>{}), 1U);
  EXPECT_EQ(*value_count(std::vector<std::int64_t>{3, 0, 5}), 0U);
  EXPECT_FALSE(value_count(std::vector<std::int64_t>{-1}));
  EXPECT_FALSE(value_count(std::vector<std::int64_t>{std::int64_t{1} << 31, std::int64_t{1} << 31}));
}

}  // namespace
}  // namespace sasrec::checkpoint
