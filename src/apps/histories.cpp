#include "apps/histories.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "apps/data_options.hpp"
#include "base/ids.hpp"
#include "dataset/delimited.hpp"
#include "dataset/record_reader.hpp"
#include "dataset/sequences.hpp"

namespace sasrec::apps {
namespace {

using base::ErrorCode;
using dataset::RecordReader;

constexpr std::size_t kChunkBytes = std::size_t{16} << 20;

/// The text of an id. Whole numbers are accepted, since many systems number their users and items.
std::optional<std::string> id_text(const boost::json::value& value) {
  if (const auto* const text = value.if_string()) return std::string(*text);
  if (const auto* const number = value.if_int64()) return std::to_string(*number);
  if (const auto* const number = value.if_uint64()) return std::to_string(*number);
  return std::nullopt;
}

/// Reads a line. Returns an empty text, or what is wrong with the line.
std::string read_json_history(std::string_view text, UserHistory& history) {
  boost::json::error_code error;
  const auto json = boost::json::parse(text, error);
  if (error) return fmt::format("not JSON: {}", error.message());
  const auto* const object = json.if_object();
  if (object == nullptr) return "not a JSON object";

  const auto* const user = object->if_contains("user");
  if (user == nullptr) return "\"user\" is missing";
  auto user_id = id_text(*user);
  if (!user_id) return "\"user\" must be a string";
  if (const auto problem = base::id_problem(*user_id); !problem.empty()) return fmt::format("\"user\" {}", problem);
  history.user = std::move(*user_id);

  const auto* const items = object->if_contains("history");
  if (items == nullptr) return "\"history\" is missing";
  const auto* const list = items->if_array();
  if (list == nullptr) return "\"history\" must be a list of item ids";
  history.items.reserve(list->size());
  for (const auto& item : *list) {
    auto id = id_text(item);
    if (!id) return fmt::format("history[{}] must be a string", history.items.size());
    history.items.push_back(std::move(*id));
  }
  return {};
}

class JsonHistories final : public HistorySource {
 public:
  JsonHistories(RecordReader reader, std::size_t total) : reader_(std::move(reader)), total_(total) {}

  std::size_t total() const override { return total_; }

  base::Result<std::size_t> load_chunk() override {
    lines_.clear();
    std::size_t bytes = 0;
    while (lines_.size() < kChunk && bytes < kChunkBytes) {
      const auto record = reader_.next();
      if (!record) return base::Failure(record.error());
      if (!*record) break;
      const auto& [text, line, too_long] = **record;
      lines_.push_back({std::string(too_long ? std::string_view{} : text), line, too_long});
      bytes += lines_.back().text.size();
    }
    return lines_.size();
  }

  base::Result<void> read(std::size_t n, UserHistory& history) const override {
    history.user.clear();
    history.items.clear();
    const auto& [text, line, too_long] = lines_[n];
    const std::string problem = too_long ? fmt::format("longer than {} MiB", dataset::kMaxRecordBytes >> 20U)
                                         : read_json_history(text, history);
    if (problem.empty()) return {};
    return base::fail(ErrorCode::kInvalidInput, "line {}: {}", line, problem);
  }

 private:
  struct Line {
    std::string text;
    std::size_t number = 0;
    bool too_long = false;
  };
  RecordReader reader_;
  std::size_t total_;
  std::vector<Line> lines_;
};

class LogHistories final : public HistorySource {
 public:
  explicit LogHistories(const dataset::InteractionLog& log)
      : items_(log.items), sequences_(dataset::build_sequences(log)) {}

  std::size_t total() const override { return sequences_.user_count(); }

  base::Result<std::size_t> load_chunk() override {
    begin_ = std::exchange(end_, std::min(end_ + kChunk, total()));
    return end_ - begin_;
  }

  base::Result<void> read(std::size_t n, UserHistory& history) const override {
    history.user = sequences_.users[begin_ + n];
    history.items.clear();
    for (const auto item : sequences_.of(begin_ + n)) history.items.push_back(items_[item.value]);
    return {};
  }

 private:
  std::vector<std::string> items_;
  dataset::LogSequences sequences_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// Whether the text with this beginning is JSON Lines of histories, and not of single interactions.
bool holds_histories(std::string_view head) {
  if (!dataset::trimmed(head).starts_with('{')) return false;
  while (!head.empty()) {
    const auto line_end = std::min(head.find('\n'), head.size());
    boost::json::error_code error;
    const auto json = boost::json::parse(head.substr(0, line_end), error);
    if (!error && json.is_object()) {
      const auto& object = json.get_object();
      return object.contains("history") || object.size() < 2;
    }
    head.remove_prefix(std::min(line_end + 1, head.size()));
  }
  return true;  // no complete line: a long history is more likely than a long interaction
}

/// Reads the file once more than needed, for the total that the progress bar shows: reading is far faster than
/// answering.
base::Result<std::size_t> count_records(const std::filesystem::path& path) {
  auto reader = RecordReader::open(path);
  if (!reader) return base::Failure(reader.error());
  for (std::size_t count = 0;; ++count) {
    const auto record = reader->next();
    if (!record) return base::Failure(record.error());
    if (!*record) return count;
  }
}

}  // namespace

base::Result<std::unique_ptr<HistorySource>> open_histories(const std::filesystem::path& path,
                                                            const dataset::ImportOptions& options) {
  auto reader = RecordReader::open(path);
  if (!reader) return base::Failure(reader.error());
  if (holds_histories(reader->head())) {
    const auto total = count_records(path);
    if (!total) return base::Failure(total.error());
    return std::make_unique<JsonHistories>(std::move(*reader), *total);
  }
  const auto log = load_interactions(path, options);
  if (!log) return base::Failure(log.error());
  return std::make_unique<LogHistories>(*log);
}

}  // namespace sasrec::apps
