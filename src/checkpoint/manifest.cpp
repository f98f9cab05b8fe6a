#include "checkpoint/manifest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "checkpoint/strict_json.hpp"

namespace sasrec::checkpoint {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;

std::optional<std::uint64_t> whole_number(const json::value* value) {
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value->get_int64());
}

std::optional<std::uint32_t> line_number(const json::value* value) {
  const auto number = whole_number(value);
  if (!number || *number == 0 || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

base::Result<std::map<std::string, ListedFile, std::less<>>> read_files(const json::object& manifest) {
  const auto* found = manifest.if_contains("files");
  if (found == nullptr || !found->is_object()) return fail(ErrorCode::kCorrupt, "files is missing or no object");
  std::map<std::string, ListedFile, std::less<>> files;
  for (const auto& field : found->get_object()) {
    const std::string_view name = field.key();
    // Only these names are ever opened, so no path can lead out of the folder.
    if (std::ranges::find(kListedFiles, name) == kListedFiles.end()) {
      return fail(ErrorCode::kCorrupt, "files names \"{}\", which is no file of a version", name);
    }
    const auto* entry = field.value().if_object();
    const auto size = whole_number(entry == nullptr ? nullptr : entry->if_contains("size"));
    if (!size) return fail(ErrorCode::kCorrupt, "files: the size of {} is missing or no whole number", name);
    const auto* hash = entry->if_contains("sha256");
    if (hash == nullptr || !hash->is_string() || !is_sha256(hash->get_string())) {
      return fail(ErrorCode::kCorrupt, "files: the sha256 of {} is missing or not 64 hexadecimal digits", name);
    }
    files.emplace(name, ListedFile{*size, std::string(hash->get_string())});
  }
  for (const auto name : kListedFiles) {
    if (!files.contains(name)) return fail(ErrorCode::kCorrupt, "files does not list {}", name);
  }
  return files;
}

std::optional<GoldenLines> read_golden_answer(const json::value& value) {
  const auto* entry = value.if_object();
  const auto* history = entry == nullptr ? nullptr : entry->if_contains("history");
  const auto* top = entry == nullptr ? nullptr : entry->if_contains("top");
  if (history == nullptr || !history->is_array() || top == nullptr || !top->is_array()) return std::nullopt;
  GoldenLines answer;
  for (const auto& element : history->get_array()) {
    const auto line = line_number(&element);
    if (!line) return std::nullopt;
    answer.history.push_back(*line);
  }
  for (const auto& element : top->get_array()) {
    const auto* item = element.if_object();
    const auto line = line_number(item == nullptr ? nullptr : item->if_contains("item"));
    const auto* score = item == nullptr ? nullptr : item->if_contains("score");
    if (!line || score == nullptr || !score->is_number()) return std::nullopt;
    const auto number = score->to_number<double>();
    // Checked before the conversion, which is undefined beyond the range of float.
    if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max()))) return std::nullopt;
    answer.top.push_back({*line, static_cast<float>(number)});
  }
  return answer;
}

base::Result<void> check_answer(const GoldenAnswer& answer) {
  if (answer.history.empty() || answer.top.empty()) return fail(ErrorCode::kInvalidInput, "history or top is empty");
  std::set<std::string_view> taken(answer.history.begin(), answer.history.end());
  float above = std::numeric_limits<float>::max();
  for (const auto& [item, score] : answer.top) {
    if (!taken.insert(item).second) {
      return fail(ErrorCode::kInvalidInput, "item \"{}\" stands twice, or in the history too", item);
    }
    if (!(std::abs(score) <= std::numeric_limits<float>::max()) || score > above) {
      return fail(ErrorCode::kInvalidInput, "the score {} of item \"{}\" is not finite, or above the one before it",
                  score, item);
    }
    above = score;
  }
  return {};
}

}  // namespace

base::Result<ManifestFile> parse_manifest(std::string_view text) {
  const auto root = parse_object(text);
  if (!root) return base::Failure(root.error());
  const auto format = whole_number(root->if_contains("format"));
  if (!format) return fail(ErrorCode::kCorrupt, "format is missing or no whole number");
  if (*format != kFormat) return fail(ErrorCode::kCorrupt, "format is {}; this program reads {}", *format, kFormat);
  ManifestFile manifest;
  auto files = read_files(*root);
  if (!files) return base::Failure(files.error());
  manifest.files = std::move(*files);
  const auto* golden = root->if_contains("golden");
  if (golden == nullptr || !golden->is_array()) return fail(ErrorCode::kCorrupt, "golden is missing or no list");
  for (const auto& element : golden->get_array()) {
    auto answer = read_golden_answer(element);
    if (!answer) {
      return fail(ErrorCode::kCorrupt,
                  "golden answer {} is not {{\"history\":[line…],\"top\":[{{\"item\":line,\"score\":number}}…]}}",
                  manifest.golden.size() + 1);
    }
    manifest.golden.push_back(std::move(*answer));
  }
  return manifest;
}

std::string write_manifest(const ManifestFile& manifest) {
  json::object files;
  for (const auto& [name, file] : manifest.files) files[name] = {{"size", file.size}, {"sha256", file.sha256}};
  json::array golden;
  for (const auto& answer : manifest.golden) {
    json::array top;
    for (const auto& item : answer.top) {
      top.push_back({{"item", item.line}, {"score", static_cast<double>(item.score)}});
    }
    golden.push_back({{"history", json::array(answer.history.begin(), answer.history.end())}, {"top", std::move(top)}});
  }
  return json::serialize(
             json::object{{"format", kFormat}, {"files", std::move(files)}, {"golden", std::move(golden)}}) +
         '\n';
}

base::Result<std::vector<GoldenLines>> to_lines(std::span<const GoldenAnswer> golden,
                                                const base::Vocabulary& vocabulary) {
  std::vector<GoldenLines> result;
  for (const auto& answer : golden) {
    const auto where = fmt::format("golden answer {}", result.size() + 1);
    if (auto valid = check_answer(answer); !valid) return base::fail_within(where, valid.error());
    GoldenLines lines;
    const auto unknown = [&](std::string_view id) {
      return fail(ErrorCode::kInvalidInput, "{}: item \"{}\" is not in the vocabulary", where, id);
    };
    for (const auto& id : answer.history) {
      lines.history.push_back(vocabulary.find(id).value);
      if (lines.history.back() == 0) return unknown(id);
    }
    for (const auto& item : answer.top) {
      lines.top.push_back({vocabulary.find(item.item).value, item.score});
      if (lines.top.back().line == 0) return unknown(item.item);
    }
    result.push_back(std::move(lines));
  }
  return result;
}

base::Result<std::vector<GoldenAnswer>> to_answers(std::span<const GoldenLines> golden,
                                                   const base::Vocabulary& vocabulary) {
  std::vector<GoldenAnswer> result;
  for (const auto& lines : golden) {
    const auto where = fmt::format("golden answer {}", result.size() + 1);
    GoldenAnswer answer;
    const auto unknown = [&](std::uint32_t line) {
      return fail(ErrorCode::kInvalidInput, "{}: item {} is not in the vocabulary of {}", where, line,
                  vocabulary.size());
    };
    for (const auto line : lines.history) {
      if (line == 0 || line > vocabulary.size()) return unknown(line);
      answer.history.push_back(vocabulary.id(base::ItemIndex{line}));
    }
    for (const auto& item : lines.top) {
      if (item.line == 0 || item.line > vocabulary.size()) return unknown(item.line);
      answer.top.push_back({vocabulary.id(base::ItemIndex{item.line}), item.score});
    }
    if (auto valid = check_answer(answer); !valid) return base::fail_within(where, valid.error());
    result.push_back(std::move(answer));
  }
  return result;
}

}  // namespace sasrec::checkpoint
