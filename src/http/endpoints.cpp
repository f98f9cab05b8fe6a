#include "http/endpoints.hpp"

#include <array>
#include <cstddef>

#include "http/handlers/handlers.hpp"

namespace sasrec::http {
namespace {

using enum Method;
using enum BodyKind;
using Needs::kLoaded;
using enum Scope;

constexpr std::nullopt_t kAnyone = std::nullopt;

/// Gives a handler of the API the services of its family. Without an API its route does not exist, so it isn't called.
template <auto Family, auto Handle>
Task<Response> api(Exchange& exchange, const Services& services) {
  return Handle(exchange, (*services.api).*Family);
}

template <auto Handle>
Task<Response> operation(Exchange& exchange, const Services& services) {
  return Handle(exchange, services.operations);
}

/// For a handler that uses no service.
template <auto Handle>
Task<Response> alone(Exchange& exchange, const Services&) {
  return Handle(exchange);
}

constexpr std::size_t kOperations = 3;  // the first ones

constexpr std::array kEndpoints{
    Endpoint{kGet, "/healthz", kAnyone, kNone, alone<get_health>},
    Endpoint{kGet, "/readyz", kAnyone, kNone, operation<get_readiness>},
    Endpoint{kGet, "/metrics", kMetrics, kNone, operation<get_metrics>},
    Endpoint{kPost, "/v1/interactions", kIngest, kBulkJson, api<&ApiServices::data, post_interactions>},
    Endpoint{kPost, "/v1/recommendations", kPredict, kJson, api<&ApiServices::recommendations, post_recommendation>,
             kLoaded},
    Endpoint{kPost, "/v1/recommendations/batch", kPredict, kBulkJson,
             api<&ApiServices::recommendations, post_recommendation_batch>, kLoaded},
    Endpoint{kGet, "/v1/recommendations/{id}", kPredict, kNone, api<&ApiServices::recommendations, get_recommendation>,
             kLoaded},
    Endpoint{kGet, "/v1/stream", kRead, kNone, api<&ApiServices::recommendations, get_stream>},
    Endpoint{kPost, "/v1/models/{version}/recommendations", kAdmin, kJson,
             api<&ApiServices::models, post_version_recommendation>, kLoaded},
    Endpoint{kGet, "/v1/users", kRead, kNone, api<&ApiServices::data, get_users>},
    Endpoint{kDelete, "/v1/users/{id}", kAdmin, kNone, api<&ApiServices::data, delete_user>},
    Endpoint{kGet, "/v1/users/{id}/history", kRead, kNone, api<&ApiServices::data, get_user_history>, kLoaded},
    Endpoint{kPut, "/v1/items", kIngest, kBulkJson, api<&ApiServices::data, put_items>},
    Endpoint{kGet, "/v1/items", kRead, kNone, api<&ApiServices::data, get_items>, kLoaded},
    Endpoint{kGet, "/v1/items/{id}", kRead, kNone, api<&ApiServices::data, get_item>, kLoaded},
    Endpoint{kGet, "/v1/items/{id}/similar", kRead, kNone, api<&ApiServices::data, get_similar_items>, kLoaded},
    Endpoint{kGet, "/v1/popular", kRead, kNone, api<&ApiServices::data, get_popular_items>, kLoaded},
    Endpoint{kGet, "/", kAnyone, kNone, alone<get_page>},
    Endpoint{kGet, "/assets/{name}", kAnyone, kNone, alone<get_page_asset>},
    Endpoint{kGet, "/v1/models", kAdmin, kNone, api<&ApiServices::models, get_models>},
    Endpoint{kPost, "/v1/models/{version}/activate", kAdmin, kNone, api<&ApiServices::models, post_model_activation>},
    Endpoint{kGet, "/v1/training-runs", kAdmin, kNone, api<&ApiServices::models, get_training_runs>},
    Endpoint{kPost, "/v1/training-runs", kAdmin, kNone, api<&ApiServices::models, post_training_run>},
    Endpoint{kGet, "/v1/categories", kRead, kNone, api<&ApiServices::data, get_categories>, kLoaded},
    Endpoint{kGet, "/openapi.yaml", kAnyone, kNone, alone<get_openapi>},
    Endpoint{kGet, "/docs", kAnyone, kNone, alone<get_docs>},
    Endpoint{kGet, "/docs/{name}", kAnyone, kNone, alone<get_docs_file>},
};

}  // namespace

std::span<const Endpoint> endpoints() {
  return kEndpoints;
}

std::span<const Endpoint> operations() {
  return std::span<const Endpoint>(kEndpoints).first(kOperations);
}

}  // namespace sasrec::http
