#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dataset/catalogue.hpp"
#include "recommend/recommender.hpp"

namespace sasrec::apps {

/// The style in which all answers of a run are written.
struct AnswerStyle {
  std::string_view model;                         ///< the version
  const dataset::Catalogue* catalogue = nullptr;  ///< source of the titles; nullptr: no titles
};

/// The user of an answer.
struct AnswerUser {
  std::string_view user;
  std::span<const std::string> recent;  ///< last items of the history to show with the answer, oldest first
};

/// {"user":…,"recent":[{"item","title"}],"model":…,"source":"model|popular","items":[{"item","score","title"}],
/// "unknown_items":0}, without a line break. "user" only if it is given, "recent" only if it isn't empty, "title" only
/// for items with a title in the catalogue.
std::string answer_json(const recommend::Answer& answer, const AnswerStyle& style,
                        std::optional<AnswerUser> user = std::nullopt);

/// {"user":…,"model":…,"error":…}: written in place of an answer to a history that could not be read. "user" is null if
/// it is unknown.
std::string error_json(std::string_view message, const AnswerStyle& style, std::string_view user);

/// "user <id> (<source>)" and below it the recent items, by title if they have one.
std::string answer_heading(const recommend::Answer& answer, const AnswerStyle& style, const AnswerUser& user);

/// An aligned table: rank, item, score and, with a catalogue, title.
std::string answer_table(const recommend::Answer& answer, const AnswerStyle& style);

}  // namespace sasrec::apps
