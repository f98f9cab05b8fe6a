#include "checkpoint/manifest.hpp"

#include <gmock/gmock.h>

#include <limits>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace sasrec::checkpoint {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

const std::string kHash(64, 'a');

ManifestFile sample_manifest() {
  ManifestFile manifest;
  for (const auto name : kListedFiles) manifest.files.emplace(name, ListedFile{10, kHash});
  manifest.golden.push_back({{1, 2}, {{3, 1.25F}, {1000, -0.1F}}});
  return manifest;
}

base::Vocabulary vocabulary() {
  return std::move(*base::Vocabulary::build({"a", "b", "\xE9 not UTF-8", "d"}));
}

TEST(Manifest, RoundTrip) {
  const auto manifest = sample_manifest();
  const auto read = parse_manifest(write_manifest(manifest));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->files.size(), kListedFiles.size());
  EXPECT_EQ(read->files.at("vocab.txt").size, 10U);
  EXPECT_EQ(read->files.at("vocab.txt").sha256, kHash);
  ASSERT_EQ(read->golden.size(), 1U);
  EXPECT_EQ(read->golden[0].history, (std::vector<std::uint32_t>{1, 2}));
  ASSERT_EQ(read->golden[0].top.size(), 2U);
  EXPECT_EQ(read->golden[0].top[1].line, 1000U);
  EXPECT_EQ(read->golden[0].top[1].score, -0.1F);
}

TEST(Manifest, IsWrittenAsDocumented) {
  const auto json = boost::json::parse(write_manifest(sample_manifest()));
  EXPECT_EQ(json.at("format"), 1);
  EXPECT_EQ(json.at("files").at("config.json"), boost::json::parse(R"({"size":10,"sha256":")" + kHash + "\"}"));
  EXPECT_EQ(json.at("golden").at(0).at("history"), boost::json::parse("[1,2]"));
  EXPECT_EQ(json.at("golden").at(0).at("top").at(0), boost::json::parse(R"({"item":3,"score":1.25})"));
}

struct Change {
  std::string pointer;  ///< where in the manifest
  std::string value;    ///< JSON put there; empty: removed
  std::string problem;
};
void PrintTo(const Change& change, std::ostream* out) {
  *out << change.pointer << " = " << change.value;
}

class ManifestRefused : public testing::TestWithParam<Change> {};

TEST_P(ManifestRefused, WithTheReason) {
  auto json = boost::json::parse(write_manifest(sample_manifest()));
  const auto& [pointer, value, problem] = GetParam();
  const auto slash = pointer.rfind('/');
  auto& parent = json.at_pointer(pointer.substr(0, slash)).as_object();
  const auto key = pointer.substr(slash + 1);
  if (value.empty()) {
    parent.erase(key);
  } else {
    parent[key] = boost::json::parse(value);
  }
  const auto read = parse_manifest(boost::json::serialize(json));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(read.error().message, HasSubstr(problem));
}

INSTANTIATE_TEST_SUITE_P(
    Files, ManifestRefused,
    testing::Values(Change{"/format", "", "format"}, Change{"/format", "2", "format is 2"},
                    Change{"/format", "\"1\"", "format"}, Change{"/files", "", "files"},
                    Change{"/files", "[]", "files"}, Change{"/files/vocab.txt", "", "does not list vocab.txt"},
                    Change{"/files/model.safetensors", "", "does not list model.safetensors"},
                    Change{"/files/..", R"({"size":1,"sha256":""})", "\"..\""},
                    Change{"/files/manifest.json", R"({"size":1,"sha256":""})", "\"manifest.json\""},
                    Change{"/files/notes.txt", R"({"size":1,"sha256":""})", "\"notes.txt\""},
                    Change{"/files/vocab.txt", "3", "size of vocab.txt"},
                    Change{"/files/vocab.txt/size", "-1", "size of vocab.txt"},
                    Change{"/files/vocab.txt/size", "1.5", "size of vocab.txt"},
                    Change{"/files/vocab.txt/sha256", "", "sha256 of vocab.txt"},
                    Change{"/files/vocab.txt/sha256", "\"abc\"", "sha256 of vocab.txt"},
                    Change{"/files/vocab.txt/sha256", "\"" + std::string(64, 'G') + "\"", "sha256 of vocab.txt"}));

INSTANTIATE_TEST_SUITE_P(Golden, ManifestRefused,
                         testing::Values(Change{"/golden", "", "golden"}, Change{"/golden", "{}", "golden"},
                                         Change{"/golden", "[3]", "golden answer 1"},
                                         Change{"/golden/0/history", "", "golden answer 1"},
                                         Change{"/golden/0/history", "[0]", "golden answer 1"},
                                         Change{"/golden/0/history", "[4294967296]", "golden answer 1"},
                                         Change{"/golden/0/history", R"(["a"])", "golden answer 1"},
                                         Change{"/golden/0/top", "3", "golden answer 1"},
                                         Change{"/golden/0/top", "[[1,2]]", "golden answer 1"},
                                         Change{"/golden/0/top/0/score", "1e39", "golden answer 1"},
                                         Change{"/golden/0/top/0/score", "\"1\"", "golden answer 1"},
                                         Change{"/golden/0/top/0/item", "", "golden answer 1"}));

TEST(Manifest, PathsInNamesAreRefused) {
  for (const std::string name : {"../config.json", "/etc/passwd", "sub/config.json", "./config.json", ""}) {
    auto json = boost::json::parse(write_manifest(sample_manifest()));
    json.at("files").as_object()[name] = {{"size", 1}, {"sha256", kHash}};
    const auto read = parse_manifest(boost::json::serialize(json));
    ASSERT_FALSE(read) << name;
    EXPECT_THAT(read.error().message, HasSubstr("\"" + name + "\""));
  }
}

TEST(Manifest, FieldsThatStandTwiceAreRefused) {
  auto text = write_manifest(sample_manifest());
  text.insert(1, R"("format":1,)");
  const auto read = parse_manifest(text);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("\"format\" stands twice"));
}

TEST(GoldenAnswers, LinesAndBack) {
  const auto items = vocabulary();
  const std::vector<GoldenAnswer> golden{{{"a", "a", "\xE9 not UTF-8"}, {{"d", 2}, {"b", 2}}}};
  const auto lines = to_lines(golden, items);
  ASSERT_TRUE(lines) << lines.error().message;
  EXPECT_EQ((*lines)[0].history, (std::vector<std::uint32_t>{1, 1, 3}));
  EXPECT_EQ((*lines)[0].top[0].line, 4U);
  const auto answers = to_answers(*lines, items);
  ASSERT_TRUE(answers) << answers.error().message;
  EXPECT_EQ((*answers)[0].history, golden[0].history);
  EXPECT_EQ((*answers)[0].top[1].item, "b");
  EXPECT_EQ((*answers)[0].top[1].score, 2);
}

TEST(GoldenAnswers, WrongOnesAreRefused) {
  const auto items = vocabulary();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<GoldenAnswer> wrong{{{}, {{"a", 1}}},
                                        {{"a"}, {}},
                                        {{"x"}, {{"a", 1}}},
                                        {{"a"}, {{"x", 1}}},
                                        {{"a"}, {{"a", 1}}},
                                        {{"a"}, {{"b", 1}, {"b", 1}}},
                                        {{"a"}, {{"b", nan}}},
                                        {{"a"}, {{"b", infinity}}},
                                        {{"a"}, {{"b", 1}, {"d", 2}}}};
  for (const auto& answer : wrong) {
    const auto lines = to_lines(std::span(&answer, 1), items);
    ASSERT_FALSE(lines);
    EXPECT_EQ(lines.error().code, ErrorCode::kInvalidInput);
    EXPECT_THAT(lines.error().message, HasSubstr("golden answer 1"));
  }
}

TEST(GoldenAnswers, LinesBeyondTheVocabularyAreRefused) {
  const auto items = vocabulary();
  const std::vector<GoldenLines> history{{{5}, {{1, 1.0F}}}};
  const std::vector<GoldenLines> top{{{1}, {{5, 1.0F}}}};
  EXPECT_THAT(to_answers(history, items).error().message, HasSubstr("item 5"));
  EXPECT_THAT(to_answers(top, items).error().message, HasSubstr("item 5"));
}

}  // namespace
}  // namespace sasrec::checkpoint
