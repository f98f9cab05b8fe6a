#include "versions/cache.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "checkpoint/version_name.hpp"
#include "recommend/model.hpp"

namespace sasrec::versions {

using base::ErrorCode;

base::Result<std::shared_ptr<const recommend::Model>> Cache::find(std::string_view version) {
  const auto known =
      std::ranges::find(models_, version, [](const auto& model) -> const std::string& { return model->version(); });
  if (known != models_.end()) {
    models_.splice(models_.begin(), models_, known);
    return models_.front();
  }
  // Before the name becomes part of a path: "../elsewhere" is refused here.
  if (const auto name = checkpoint::VersionName::read(version); !name) return base::Failure(name.error());
  if (const auto reason = directory_.quarantine_reason(std::string(version))) {
    return base::fail(ErrorCode::kNotFound, "version {} is quarantined: {}", version, *reason);
  }
  auto model = recommend::Model::load(directory_.root() / version);
  if (!model) return base::fail(ErrorCode::kNotFound, "version {} can't be served: {}", version, model.error().message);
  models_.push_front(*std::move(model));
  if (models_.size() > kVersions) models_.pop_back();
  return models_.front();
}

}  // namespace sasrec::versions
