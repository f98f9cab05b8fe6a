#pragma once

#include "http/server/exchange.hpp"

namespace sasrec::http {

// What the endpoints do; docs/openapi.yaml says it in full.

Task<Response> post_interactions(Exchange& exchange);

Task<Response> post_recommendation(Exchange& exchange);
Task<Response> post_recommendation_batch(Exchange& exchange);
Task<Response> get_recommendation(Exchange& exchange);

Task<Response> get_stream(Exchange& exchange);

Task<Response> post_version_recommendation(Exchange& exchange);

Task<Response> get_users(Exchange& exchange);
Task<Response> get_user_history(Exchange& exchange);
Task<Response> delete_user(Exchange& exchange);

Task<Response> put_items(Exchange& exchange);
Task<Response> get_items(Exchange& exchange);
Task<Response> get_item(Exchange& exchange);
Task<Response> get_categories(Exchange& exchange);
Task<Response> get_similar_items(Exchange& exchange);
Task<Response> get_popular_items(Exchange& exchange);

Task<Response> get_page(Exchange& exchange);
Task<Response> get_page_asset(Exchange& exchange);
Task<Response> get_models(Exchange& exchange);
Task<Response> post_model_activation(Exchange& exchange);
Task<Response> get_training_runs(Exchange& exchange);
Task<Response> post_training_run(Exchange& exchange);

Task<Response> get_health(Exchange& exchange);
Task<Response> get_readiness(Exchange& exchange);
Task<Response> get_metrics(Exchange& exchange);
Task<Response> get_openapi(Exchange& exchange);
Task<Response> get_docs(Exchange& exchange);
Task<Response> get_docs_file(Exchange& exchange);

}  // namespace sasrec::http
