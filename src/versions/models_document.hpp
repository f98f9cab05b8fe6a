#pragma once

#include <vector>

#include <boost/json/object.hpp>

#include "versions/model_store.hpp"
#include "versions/registry.hpp"

namespace sasrec::versions {

/// The model versions as GET /v1/models and `sasrec model list --json` show them, in the order of `models`:
/// {"active":…,"models":[{"version","state","created","metrics":{…},"reason","served_by":[{"worker","since"}]}]}
/// "active" is null if no version is active; "reason" and "served_by" are left out where there is nothing to say.
boost::json::object models_document(const std::vector<ModelInfo>& models, const std::vector<Presence>& workers = {});

}  // namespace sasrec::versions
