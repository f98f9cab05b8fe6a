#include "serving/similar_items.hpp"

#include <utility>

#include "catalogue/catalogue.hpp"
#include "recommend/recommender.hpp"

namespace sasrec::serving {

base::Result<SimilarItems> similar_items(const versions::Slot& models, const catalogue::Catalogue& catalogue,
                                         std::string_view item, std::size_t k) {
  const auto model = models.get();
  if (!model) return base::fail(base::ErrorCode::kUnavailable, "{}", kNoModel);
  recommend::Recommender recommender(model);
  const auto answer =
      recommender.similar(item, k, [&catalogue](std::string_view id) { return catalogue.is_available(id); });
  if (!answer) return base::Failure(answer.error());
  SimilarItems similar{.model = model->version()};
  similar.items.reserve(answer->items.size());
  for (const auto& [id, score] : answer->items) similar.items.push_back({std::string(id), score});
  return similar;
}

}  // namespace sasrec::serving
