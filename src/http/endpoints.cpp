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

constexpr std::size_t kOperations = 3;  // the first ones

constexpr std::array kEndpoints{
    Endpoint{kGet, "/healthz", kAnyone, kNone, get_health},
    Endpoint{kGet, "/readyz", kAnyone, kNone, get_readiness},
    Endpoint{kGet, "/metrics", kMetrics, kNone, get_metrics},
    Endpoint{kPost, "/v1/interactions", kIngest, kBulkJson, post_interactions},
    Endpoint{kPost, "/v1/recommendations", kPredict, kJson, post_recommendation, kLoaded},
    Endpoint{kPost, "/v1/recommendations/batch", kPredict, kBulkJson, post_recommendation_batch, kLoaded},
    Endpoint{kGet, "/v1/recommendations/{id}", kPredict, kNone, get_recommendation, kLoaded},
    Endpoint{kGet, "/v1/stream", kRead, kNone, get_stream},
    Endpoint{kPost, "/v1/models/{version}/recommendations", kAdmin, kJson, post_version_recommendation, kLoaded},
    Endpoint{kGet, "/v1/users", kRead, kNone, get_users},
    Endpoint{kDelete, "/v1/users/{id}", kAdmin, kNone, delete_user},
    Endpoint{kGet, "/v1/users/{id}/history", kRead, kNone, get_user_history, kLoaded},
    Endpoint{kPut, "/v1/items", kIngest, kBulkJson, put_items},
    Endpoint{kGet, "/v1/items", kRead, kNone, get_items, kLoaded},
    Endpoint{kGet, "/v1/items/{id}", kRead, kNone, get_item, kLoaded},
    Endpoint{kGet, "/v1/items/{id}/similar", kRead, kNone, get_similar_items, kLoaded},
    Endpoint{kGet, "/v1/popular", kRead, kNone, get_popular_items, kLoaded},
    Endpoint{kGet, "/", kAnyone, kNone, get_page},
    Endpoint{kGet, "/assets/{name}", kAnyone, kNone, get_page_asset},
    Endpoint{kGet, "/v1/models", kAdmin, kNone, get_models},
    Endpoint{kPost, "/v1/models/{version}/activate", kAdmin, kNone, post_model_activation},
    Endpoint{kGet, "/v1/training-runs", kAdmin, kNone, get_training_runs},
    Endpoint{kPost, "/v1/training-runs", kAdmin, kNone, post_training_run},
    Endpoint{kGet, "/v1/categories", kRead, kNone, get_categories, kLoaded},
    Endpoint{kGet, "/openapi.yaml", kAnyone, kNone, get_openapi},
    Endpoint{kGet, "/docs", kAnyone, kNone, get_docs},
    Endpoint{kGet, "/docs/{name}", kAnyone, kNone, get_docs_file},
};

}  // namespace

std::span<const Endpoint> endpoints() {
  return kEndpoints;
}

std::span<const Endpoint> operations() {
  return std::span<const Endpoint>(kEndpoints).first(kOperations);
}

}  // namespace sasrec::http
