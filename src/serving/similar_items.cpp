#include "serving/similar_items.hpp"

#include <utility>

#include "recommend/recommender.hpp"

namespace sasrec::serving {

base::Result<SimilarItems> similar_items(const versions::Slot& models, std::string_view item, std::size_t k) {
  const auto model = models.get();
  if (!model) return base::fail(base::ErrorCode::kUnavailable, "{}", kNoModel);
  recommend::Recommender recommender(model);
  const auto answer = recommender.similar(item, k);
  if (!answer) return base::Failure(answer.error());
  SimilarItems similar{.model = model->version()};
  similar.items.reserve(answer->items.size());
  for (const auto& [id, score] : answer->items) similar.items.push_back({std::string(id), score});
  return similar;
}

}  // namespace sasrec::serving
