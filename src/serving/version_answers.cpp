#include "serving/version_answers.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "checkpoint/version_name.hpp"
#include "serving/responder.hpp"
#include "versions/slot.hpp"

namespace sasrec::serving {

using base::ErrorCode;

VersionAnswers::VersionAnswers(std::filesystem::path checkpoints, const catalogue::CatalogueCache& catalogue,
                               const catalogue::PopularItems& popular)
    : directory_(std::move(checkpoints)), catalogue_(catalogue), popular_(popular) {}

VersionAnswers::~VersionAnswers() = default;

base::Result<bus::ResultRecord> VersionAnswers::answer(std::string_view version, const bus::RequestRecord& request) {
  const std::scoped_lock lock(mutex_);
  auto model = find(version);
  if (!model) return base::Failure(model.error());
  versions::Slot slot;
  slot.put(*std::move(model));
  Responder responder(slot, catalogue_, popular_);
  responder.renew();
  bus::ResultRecord result;
  if (const auto answered = responder.answer(request, result); !answered) return base::Failure(answered.error());
  return result;
}

base::Result<std::shared_ptr<const recommend::Model>> VersionAnswers::find(std::string_view version) {
  const auto known =
      std::ranges::find(models_, version, [](const auto& model) -> const std::string& { return model->version(); });
  if (known != models_.end()) {
    models_.splice(models_.begin(), models_, known);
    return models_.front();
  }
  if (!checkpoint::VersionName::parse(version)) {
    return base::fail(ErrorCode::kNotFound, "\"{}\" is no version's name", version);
  }
  if (const auto reason = directory_.quarantine_reason(std::string(version))) {
    return base::fail(ErrorCode::kNotFound, "version {} is quarantined: {}", version, *reason);
  }
  auto model = recommend::Model::load(directory_.root() / version);
  if (!model) return base::fail(ErrorCode::kNotFound, "version {} can't be served: {}", version, model.error().message);
  models_.push_front(*std::move(model));
  if (models_.size() > kVersions) models_.pop_back();
  return models_.front();
}

}  // namespace sasrec::serving
