#include "apps/answer_text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "apps/text_table.hpp"
#include "base/encoding.hpp"
#include "base/json_text.hpp"

namespace sasrec::apps {
namespace {

std::string_view title_of(std::string_view item, const AnswerStyle& style) {
  return style.catalogue == nullptr ? std::string_view{} : style.catalogue->title(item);
}

/// Appends nothing for an item without a title.
void append_title(std::string& json, std::string_view item, const AnswerStyle& style) {
  if (const auto title = title_of(item, style); !title.empty()) {
    json += ",\"title\":";
    base::append_json_string(json, title);
  }
}

void append_user(std::string& json, const AnswerUser& user, const AnswerStyle& style) {
  json += "\"user\":";
  base::append_json_string(json, user.user);
  std::string_view separator = ",\"recent\":[";
  for (const auto& item : user.recent) {
    json += separator;
    json += "{\"item\":";
    base::append_json_string(json, item);
    append_title(json, item, style);
    json += '}';
    separator = ",";
  }
  json += user.recent.empty() ? "," : "],";
}

}  // namespace

// Written piece by piece and not as a JSON document: a file of histories can have millions of answers.
std::string answer_json(const recommend::Answer& answer, const AnswerStyle& style, std::optional<AnswerUser> user) {
  std::string json = "{";
  if (user) append_user(json, *user, style);
  json += "\"model\":";
  base::append_json_string(json, style.model);
  fmt::format_to(std::back_inserter(json), ",\"source\":\"{}\",\"items\":[", recommend::to_string(answer.source));
  std::string_view separator;
  for (const auto& [item, score] : answer.items) {
    json += separator;
    json += "{\"item\":";
    base::append_json_string(json, item);
    json += ",\"score\":";
    base::append_json_number(json, score);
    append_title(json, item, style);
    json += '}';
    separator = ",";
  }
  fmt::format_to(std::back_inserter(json), "],\"unknown_items\":{}}}", answer.unknown_items);
  return json;
}

std::string error_json(std::string_view message, const AnswerStyle& style, std::string_view user) {
  std::string json = "{\"user\":";
  if (user.empty()) {
    json += "null";
  } else {
    base::append_json_string(json, user);
  }
  json += ",\"model\":";
  base::append_json_string(json, style.model);
  json += ",\"error\":";
  base::append_json_string(json, message);
  json += '}';
  return json;
}

std::string answer_heading(const recommend::Answer& answer, const AnswerStyle& style, const AnswerUser& user) {
  auto text = fmt::format("user {} ({})\n", base::to_printable_utf8(user.user), recommend::to_string(answer.source));
  for (const auto& item : user.recent) {
    const auto title = title_of(item, style);
    text += fmt::format("recent: {}\n", base::to_printable_utf8(title.empty() ? item : title));
  }
  return text;
}

std::string answer_table(const recommend::Answer& answer, const AnswerStyle& style) {
  std::vector<TextTable::Column> columns{{"rank", Align::kRight}, {"item"}, {"score", Align::kRight}};
  if (style.catalogue != nullptr) columns.push_back({"title"});
  TextTable table(std::move(columns));
  for (std::size_t n = 0; n < answer.items.size(); ++n) {
    const auto& [item, score] = answer.items[n];
    // Popular items are scored by how often they occur in the training data: a whole number.
    const bool counts = answer.source == recommend::Source::kPopular;
    std::vector<std::string> cells{std::to_string(n + 1), base::to_printable_utf8(item),
                                   counts ? fmt::format("{:.0f}", score) : fmt::format("{:.4f}", score)};
    if (style.catalogue != nullptr) cells.push_back(base::to_printable_utf8(title_of(item, style)));
    table.add_row(std::move(cells));
  }
  return table.text();
}

}  // namespace sasrec::apps
