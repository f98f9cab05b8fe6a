#include "apps/answer_text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "apps/text_table.hpp"
#include "base/encoding.hpp"
#include "base/json_writer.hpp"

namespace sasrec::apps {
namespace {

std::string_view title_of(std::string_view item, const AnswerStyle& style) {
  return style.catalogue == nullptr ? std::string_view{} : style.catalogue->title(item);
}

}  // namespace

// Written piece by piece and not as a JSON document: a file of histories can have millions of answers.
std::string answer_json(const recommend::Answer& answer, const AnswerStyle& style, std::optional<AnswerUser> user) {
  std::string json;
  base::JsonObject object(json);
  if (user) {
    object.text("user", user->user);
    if (!user->recent.empty()) {
      base::JsonArray recent(object.member("recent"));
      for (const auto& item : user->recent) {
        base::JsonObject element(recent.element());
        element.text("item", item);
        element.optional_text("title", title_of(item, style));
        element.end();
      }
      recent.end();
    }
  }
  object.text("model", style.model);
  object.plain_text("source", recommend::to_string(answer.source));
  base::JsonArray items(object.member("items"));
  for (const auto& [item, score] : answer.items) {
    base::JsonObject element(items.element());
    element.text("item", item);
    element.number("score", score);
    element.optional_text("title", title_of(item, style));
    element.end();
  }
  items.end();
  object.number("unknown_items", answer.unknown_items);
  object.end();
  return json;
}

std::string error_json(std::string_view message, const AnswerStyle& style, std::string_view user) {
  std::string json;
  base::JsonObject object(json);
  if (user.empty()) {
    object.member("user") += "null";
  } else {
    object.text("user", user);
  }
  object.text("model", style.model);
  object.text("error", message);
  object.end();
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
