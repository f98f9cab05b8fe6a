#include "http/bodies/recommendation_body.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/sha256.hpp"
#include "bus/item.hpp"
#include "http/bodies/found_value.hpp"
#include "http/bodies/json_document.hpp"
#include "http/bodies/object_reader.hpp"

namespace sasrec::http {
namespace {

using serving::NewRequest;

bus::Seen read_seen(ObjectReader& reader) {
  const auto* value = reader.find("seen");
  if (value == nullptr) return bus::Seen::kExclude;
  const auto* text = value->if_string();
  const auto seen = text == nullptr ? std::nullopt : bus::parse_seen({text->data(), text->size()});
  if (!seen) reader.wrong("seen", R"(must be "exclude" or "include")");
  return seen.value_or(bus::Seen::kExclude);
}

NewRequest read_request(const boost::json::value& value, const Place& place, FieldErrors& errors) {
  ObjectReader reader(value, place, errors);
  NewRequest request;
  auto& message = request.message;
  // Looked for, not taken from what was read: a wrong one is there too, and is noted by itself.
  const bool has_user = reader.find("user") != nullptr;
  const bool has_history = reader.find("history") != nullptr;
  if (reader.valid() && !has_user && !has_history) errors.add(place, "must have user or history, or both");
  message.user = reader.id("user").value_or("");
  message.history = reader.ids("history", bus::kMaxHistory).value_or(std::vector<std::string>());
  request.read_history = has_user && !has_history;
  message.k = reader.number("k", 1, bus::kMaxK).value_or(message.k);
  message.exclude = reader.ids("exclude", bus::kMaxExclude).value_or(std::vector<std::string>());
  if (const auto* filter = reader.find("filter")) {
    const Place filter_place = reader.place("filter");
    ObjectReader filter_reader(*filter, filter_place, errors);
    message.categories = filter_reader.texts("categories", bus::kMaxCategories, bus::kMaxCategoryBytes)
                             .value_or(std::vector<std::string>());
    filter_reader.refuse_unknown();
  }
  message.seen = read_seen(reader);
  message.explain = reader.flag("explain").value_or(false);
  reader.refuse_unknown();
  return request;
}

}  // namespace

Decoded<NewRequest> decode_recommendation(std::string_view body) {
  const auto document = parse_json(body);
  if (!document) return Refused(document.error());
  FieldErrors errors;
  const Place root;
  auto request = read_request(*document, root, errors);
  if (!errors.empty()) return Refused(wrong_values(with_found(errors.take(), *document)));
  return request;
}

Decoded<std::vector<Decoded<NewRequest>>> decode_batch(std::string_view body) {
  const auto document = parse_json(body);
  if (!document) return Refused(document.error());
  FieldErrors errors;
  const Place root;
  ObjectReader reader(*document, root, errors);
  const auto* array = reader.required_array("requests", 1, kMaxBatch);
  reader.refuse_unknown();
  if (!errors.empty()) return Refused(wrong_values(with_found(errors.take(), *document)));

  std::vector<Decoded<NewRequest>> requests;
  requests.reserve(array->size());
  const Place place = reader.place("requests");
  for (const auto& element : *array) {
    FieldErrors own;
    auto request = read_request(element, Place(place, requests.size()), own);
    if (own.empty()) {
      requests.emplace_back(std::move(request));
    } else {
      requests.emplace_back(Refused(wrong_values(with_found(own.take(), *document))));
    }
  }
  return requests;
}

Decoded<void> check_may_ask(const NewRequest& request, bool may_read) {
  if (may_read || !request.message.explain || !request.read_history) return {};
  return Refused(Problem{.status = 403,
                         .detail = "explain shows what the user did, for which the key needs the scope read too: leave "
                                   "explain out, or send the history in the request"});
}

std::string fingerprint(const NewRequest& request) {
  const auto& message = request.message;
  // With the lengths no two different requests give the same text.
  std::string text = fmt::format("{}:{} {} {} {} {}", message.user.size(), message.user, request.read_history,
                                 message.k, to_string(message.seen), message.explain);
  for (const auto* list : {&message.history, &message.exclude, &message.categories}) {
    fmt::format_to(std::back_inserter(text), " [{}]", list->size());
    for (const auto& element : *list) fmt::format_to(std::back_inserter(text), "{}:{}", element.size(), element);
  }
  return base::sha256(text);
}

}  // namespace sasrec::http
