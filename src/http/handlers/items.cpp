#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/json_writer.hpp"
#include "catalogue/catalogue.hpp"
#include "http/bodies/answer_json.hpp"
#include "http/bodies/item_body.hpp"
#include "http/handlers/handlers.hpp"
#include "http/query.hpp"
#include "http/server/offload.hpp"
#include "serving/similar_items.hpp"

namespace sasrec::http {
namespace {

using base::JsonArray;
using base::JsonObject;
using base::ScoredId;
using bus::CatalogueItem;
using serving::SimilarItems;

constexpr std::size_t kMaxFound = 1000;
constexpr std::size_t kMaxCategories = 10'000;
constexpr std::size_t kMaxQueryBytes = 256;

}  // namespace

Task<Response> put_items(Exchange& exchange, const DataServices& services) {
  auto decoded = co_await decode_body<std::vector<CatalogueItem>>(exchange, decode_items);
  if (!decoded) co_return to_response(decoded.error());
  auto put = [&store = services.items, items = *std::move(decoded)](base::Done<std::size_t> done) mutable {
    store.put(std::move(items), std::move(done));
  };
  const auto written = co_await exchange.ask<std::size_t>(std::move(put));
  if (!written) co_return to_response(to_problem(written.error()));

  // So that a client finds the item it wrote. If this fails, the regular refresh follows within seconds.
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
  auto text = query.text("query", kMaxQueryBytes);
  const auto limit = query.number("limit", 1, kMaxFound, 20);
  if (const auto problem = query.problem()) co_return to_response(*problem);

  auto search = [catalogue = services.catalogue.get(), text = std::move(text), limit]() -> base::Result<std::string> {
    std::string json;
    JsonObject body(json);
    JsonArray items(body.member("items"));
    for (const auto* item : catalogue->search(text, limit)) append_catalogue_item(items.element(), *item);
    items.end();
    body.end();
    return json;
  };
  auto found = co_await exchange.compute<std::string>(std::move(search));
  if (!found) co_return to_response(to_problem(found.error()));
  Response response;
  response.body = *std::move(found);
  co_return response;
}

Task<Response> get_categories(Exchange& exchange, const DataServices& services) {
  QueryReader query(exchange.request.query);
  const auto limit = query.number("limit", 1, kMaxCategories, 1000);
  if (const auto problem = query.problem()) co_return to_response(*problem);

  const auto catalogue = services.catalogue.get();
  const std::span categories(catalogue->categories());
  Response response;
  JsonObject body(response.body);
  body.number("total", categories.size());
  JsonArray list(body.member("categories"));
  for (const auto& [category, items] : categories.first(std::min(limit, categories.size()))) {
    JsonObject object(list.element());
    object.text("category", category);
    object.number("items", items);
    object.end();
  }
  list.end();
  body.end();
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
  JsonObject body(response.body);
  body.text("item", item);
  body.text("model", similar->model);
  append_scored_items(body.member("items"), similar->items, *catalogue);
  body.end();
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
  JsonObject body(response.body);
  append_scored_items(body.member("items"), *popular, *services.catalogue.get());
  body.end();
  co_return response;
}

}  // namespace sasrec::http
