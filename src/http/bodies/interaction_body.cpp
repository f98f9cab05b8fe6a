#include "http/bodies/interaction_body.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/sha256.hpp"
#include "base/uuid.hpp"
#include "http/bodies/found_value.hpp"
#include "http/bodies/json_document.hpp"
#include "http/bodies/object_reader.hpp"

namespace sasrec::http {
namespace {

/// The id that `interaction` has whenever it is sent under this scope, in this place.
std::string lasting_id(std::string_view scope, std::size_t index, const bus::Interaction& interaction, bool has_time) {
  const auto text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", scope, index, interaction.user, interaction.item,
                                has_time ? base::format_time(interaction.time) : std::string(), interaction.kind,
                                interaction.recommendation);
  return base::Uuid::from_digest(base::sha256(text)).text();
}

bus::Interaction read_interaction(const boost::json::value& value, const Place& place, FieldErrors& errors,
                                  std::string_view scope, std::size_t index, base::Time now) {
  ObjectReader reader(value, place, errors);
  bus::Interaction interaction;
  auto id = reader.id("id");
  interaction.user = reader.required_id("user").value_or("");
  interaction.item = reader.required_id("item").value_or("");
  const auto time = reader.time("time", now);
  interaction.time = time.value_or(now);
  interaction.kind = reader.text("kind", bus::kMaxKindBytes).value_or("interaction");
  if (const auto* recommendation = reader.find("recommendation")) {
    const auto* text = recommendation->if_string();
    const auto uuid = text == nullptr ? std::nullopt : base::Uuid::parse({text->data(), text->size()});
    if (uuid) {
      interaction.recommendation = uuid->text();
    } else {
      reader.wrong("recommendation", "must be the id of a recommendation, a UUID");
    }
  }
  reader.refuse_unknown();
  if (id) {
    interaction.id = *std::move(id);
  } else if (scope.empty()) {
    interaction.id = base::Uuid::make().text();
  } else {
    interaction.id = lasting_id(scope, index, interaction, time.has_value());
  }
  return interaction;
}

}  // namespace

Decoded<std::vector<bus::Interaction>> decode_interactions(std::string_view body, std::string_view idempotency_scope,
                                                           base::Time now) {
  const auto document = parse_json(body);
  if (!document) return Refused(document.error());
  FieldErrors errors;
  const Place root;
  ObjectReader reader(*document, root, errors);
  std::vector<bus::Interaction> interactions;
  if (const auto* array = reader.required_array("interactions", 1, kMaxInteractions)) {
    interactions.reserve(array->size());
    const Place place = reader.place("interactions");
    for (const auto& element : *array) {
      const auto index = interactions.size();
      interactions.push_back(read_interaction(element, Place(place, index), errors, idempotency_scope, index, now));
      if (errors.full()) break;
    }
  }
  reader.refuse_unknown();
  if (!errors.empty()) return Refused(wrong_values(with_found(errors.take(), *document)));
  return interactions;
}

}  // namespace sasrec::http
