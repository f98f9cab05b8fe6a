#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "http/bodies/answer_json.hpp"
#include "http/bodies/item_body.hpp"
#include "http/handlers/handlers.hpp"
#include "http/query.hpp"
#include "http/server/offload.hpp"
#include "serving/similar_items.hpp"

namespace sasrec::http {
namespace {

using base::ScoredId;
using bus::CatalogueItem;
using serving::SimilarItems;

constexpr std::size_t kMostFound = 1000;
constexpr std::size_t kMostCategories = 10'000;
constexpr std::size_t kMostQueryBytes = 256;

}  // namespace

Task<Response> put_items(Exchange& exchange, const DataServices& services) {
  auto decoded = co_await decode_body<std::vector<CatalogueItem>>(exchange, decode_items);
  if (!decoded) co_return to_response(decoded.error());
  auto put = [&store = services.items, items = *std::move(decoded)](base::Done<std::size_t> done) mutable {
    store.put(std::move(items), std::move(done));
  };
  const auto written = co_await exchange.ask<std::size_t>(std::move(put));
  if (!written) co_return to_response(to_problem(written.error()));

  // So that who wrote an item finds it. Should this fail, the regular refresh brings it in a moment.
  auto refresh = [&catalogue = services.catalogue]() -> base::Result<bool> {
    return catalogue.refresh().has_value();
  };
  static_cast<void>(co_await exchange.compute<bool>(std::move(refresh)));
  Response response;
  response.body = fmt::format(R"({{"accepted":{}}})", *written);
  co_return response;
}

Task<Response> get_items(Exchange& exchange, const DataServices& services) {
  QueryReader query(exchange.request.query);
  auto text = query.text("query", kMostQueryBytes);
  const auto limit = query.number("limit", 1, kMostFound, 20);
  if (const auto problem = query.problem()) co_return to_response(*problem);

  auto search = [catalogue = services.catalogue.get(), text = std::move(text), limit]() -> base::Result<std::string> {
    std::string json = "{\"items\":[";
    std::string_view separator;
    for (const auto* item : catalogue->search(text, limit)) {
      json += separator;
      append_catalogue_item(json, *item);
      separator = ",";
    }
    return json += "]}";
  };
  auto found = co_await exchange.compute<std::string>(std::move(search));
  if (!found) co_return to_response(to_problem(found.error()));
  Response response;
  response.body = *std::move(found);
  co_return response;
}

Task<Response> get_categories(Exchange& exchange, const DataServices& services) {
  QueryReader query(exchange.request.query);
  const auto limit = query.number("limit", 1, kMostCategories, 1000);
  if (const auto problem = query.problem()) co_return to_response(*problem);

  const auto catalogue = services.catalogue.get();
  const std::span categories(catalogue->categories());
  Response response;
  response.body = fmt::format(R"({{"total":{},"categories":[)", categories.size());
  std::string_view separator;
  for (const auto& [category, items] : categories.first(std::min(limit, categories.size()))) {
    response.body += separator;
    append_field(response.body, "{", "category", category);
    response.body += fmt::format(",\"items\":{}}}", items);
    separator = ",";
  }
  response.body += "]}";
  co_return response;
}

Task<Response> get_item(Exchange& exchange, const DataServices& services) {
  const auto catalogue = services.catalogue.get();
  const auto* item = catalogue->find(exchange.request.path_values.front());
  if (item == nullptr) co_return to_response({.status = 404, .detail = "the catalogue has no such item"});
  Response response;
  append_catalogue_item(response.body, *item);
  co_return response;
}

Task<Response> get_similar_items(Exchange& exchange, const DataServices& services) {
  QueryReader query(exchange.request.query);
  const auto k = query.number("k", 1, bus::kMaxK, 10);
  if (const auto problem = query.problem()) co_return to_response(*problem);

  // Not one of the 5xx: it stays so until somebody trains or activates a model, however often it is tried.
  if (!services.serves_model()) {
    co_return to_response({.status = 409, .detail = std::string(serving::kNoModel)});
  }
  const auto& item = exchange.request.path_values.front();
  const auto catalogue = services.catalogue.get();
  auto scan = [&services, item, k]() {
    return services.similar(item, k);
  };
  const auto similar = co_await exchange.compute<SimilarItems>(std::move(scan));
  if (!similar) co_return to_response(to_problem(similar.error()));
  Response response;
  append_field(response.body, "{", "item", item);
  append_field(response.body, ",", "model", similar->model);
  response.body += ",\"items\":";
  append_scored_items(response.body, similar->items, *catalogue);
  response.body += '}';
  co_return response;
}

Task<Response> get_popular_items(Exchange& exchange, const DataServices& services) {
  QueryReader query(exchange.request.query);
  const auto k = query.number("k", 1, bus::kMaxK, 10);
  if (const auto problem = query.problem()) co_return to_response(*problem);

  auto find = [&services, k]() -> base::Result<std::vector<ScoredId>> {
    return services.popular(k);
  };
  const auto popular = co_await exchange.compute<std::vector<ScoredId>>(std::move(find));
  if (!popular) co_return to_response(to_problem(popular.error()));
  Response response;
  response.body = "{\"items\":";
  append_scored_items(response.body, *popular, *services.catalogue.get());
  response.body += '}';
  co_return response;
}

}  // namespace sasrec::http
