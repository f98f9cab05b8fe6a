#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dataset/catalogue.hpp"
#include "recommend/recommender.hpp"

namespace sasrec::apps {

/// How answers are written; the same for all answers of one run.
struct AnswerStyle {
  std::string_view model;                         ///< the version
  const dataset::Catalogue* catalogue = nullptr;  ///< where titles come from; none: no titles
};

/// Whom an answer is for.
struct AnswerUser {
  std::string_view user;
  std::span<const std::string> recent;  ///< the last items of the history, oldest first, to be shown with the answer
};

/// {"user":…,"recent":[{"item","title"}],"model":…,"source":"model|popular","items":[{"item","score","title"}],
/// "unknown_items":0}, without a line break. "user" only where there is one, "recent" only where it isn't empty,
/// "title" only for items with a title in the catalogue.
std::string answer_json(const recommend::Answer& answer, const AnswerStyle& style,
                        std::optional<AnswerUser> user = std::nullopt);

/// {"user":…,"model":…,"error":…}: keeps the place of a history that could not be read. "user" is null if unknown.
std::string error_json(std::string_view message, const AnswerStyle& style, std::string_view user);

/// "user <id> (<source>)", and the recent items, by title if there is one, below it.
std::string answer_heading(const recommend::Answer& answer, const AnswerStyle& style, const AnswerUser& user);

/// An aligned table: rank, item, score and, with a catalogue, title.
std::string answer_table(const recommend::Answer& answer, const AnswerStyle& style);

}  // namespace sasrec::apps
