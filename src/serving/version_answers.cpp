#include "serving/version_answers.hpp"

#include <utility>

#include "serving/responder.hpp"
#include "versions/slot.hpp"

namespace sasrec::serving {

VersionAnswers::VersionAnswers(std::filesystem::path checkpoints, const catalogue::CatalogueCache& catalogue,
                               const catalogue::PopularItems& popular)
    : catalogue_(catalogue), popular_(popular), models_(std::move(checkpoints)) {}

VersionAnswers::~VersionAnswers() = default;

base::Result<bus::ResultRecord> VersionAnswers::answer(std::string_view version, const bus::RequestRecord& request) {
  // One at a time: comparing versions is for people, and two models in memory at once are enough.
  const std::scoped_lock lock(mutex_);
  auto model = models_.find(version);
  if (!model) return base::Failure(model.error());
  versions::Slot slot;
  slot.put(*std::move(model));
  Responder responder(slot, catalogue_, popular_);
  responder.renew();
  bus::ResultRecord result;
  if (const auto answered = responder.answer(request, result); !answered) return base::Failure(answered.error());
  return result;
}

}  // namespace sasrec::serving
