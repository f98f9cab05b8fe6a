#pragma once

#include "http/server/exchange.hpp"
#include "http/services.hpp"

namespace sasrec::http {

// What the endpoints do; docs/openapi.yaml says it in full.

Task<Response> post_interactions(Exchange& exchange, const DataServices& services);

Task<Response> post_recommendation(Exchange& exchange, const RecommendationServices& services);
Task<Response> post_recommendation_batch(Exchange& exchange, const RecommendationServices& services);
Task<Response> get_recommendation(Exchange& exchange, const RecommendationServices& services);

Task<Response> get_stream(Exchange& exchange, const RecommendationServices& services);

Task<Response> post_version_recommendation(Exchange& exchange, const ModelServices& services);

Task<Response> get_users(Exchange& exchange, const DataServices& services);
Task<Response> get_user_history(Exchange& exchange, const DataServices& services);
Task<Response> delete_user(Exchange& exchange, const DataServices& services);

Task<Response> put_items(Exchange& exchange, const DataServices& services);
Task<Response> get_items(Exchange& exchange, const DataServices& services);
Task<Response> get_item(Exchange& exchange, const DataServices& services);
Task<Response> get_categories(Exchange& exchange, const DataServices& services);
Task<Response> get_similar_items(Exchange& exchange, const DataServices& services);
Task<Response> get_popular_items(Exchange& exchange, const DataServices& services);

Task<Response> get_page(Exchange& exchange);
Task<Response> get_page_asset(Exchange& exchange);
Task<Response> get_models(Exchange& exchange, const ModelServices& services);
Task<Response> post_model_activation(Exchange& exchange, const ModelServices& services);
Task<Response> get_training_runs(Exchange& exchange, const ModelServices& services);
Task<Response> post_training_run(Exchange& exchange, const ModelServices& services);

Task<Response> get_health(Exchange& exchange);
Task<Response> get_readiness(Exchange& exchange, const OperationServices& services);
Task<Response> get_metrics(Exchange& exchange, const OperationServices& services);
Task<Response> get_openapi(Exchange& exchange);
Task<Response> get_docs(Exchange& exchange);
Task<Response> get_docs_file(Exchange& exchange);

}  // namespace sasrec::http
