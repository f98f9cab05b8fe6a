#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "bus/records.hpp"

namespace sasrec::recommend {
class Model;
class Recommender;
struct Answer;
}  // namespace sasrec::recommend

namespace sasrec::catalogue {
class Catalogue;
class CatalogueCache;
class ItemFilter;
class PopularItems;
}  // namespace sasrec::catalogue

namespace sasrec::versions {
class Slot;
}

namespace sasrec::serving {

/// Turns requests into answers: from the model that is served, or, where that knows nothing of the history, from what
/// is popular (see popular_answer()). One per thread. All that it is given must outlive it.
class Responder {
 public:
  Responder(const versions::Slot& models, const catalogue::CatalogueCache& catalogue,
            const catalogue::PopularItems& popular);
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  /// Takes what is served now: all answers until the next call come from it. Cheap where nothing has changed; else one
  /// look-up per item of the catalogue. To be called also when idle: it holds on to an old model.
  void renew();

  /// Fills in model, source, items, unknown_items, and the explanation if one is asked for and the model answers. Items
  /// that were seen (unless asked for), excluded or unavailable, or are in none of the categories asked for, are left
  /// out of every kind of answer. A popular answer has k items, or all that are left of the model, the catalogue and
  /// the interactions; the model's may have fewer. An error: the request can't be answered; `result` is as it was.
  base::Result<void> answer(const bus::RequestRecord& request, bus::ResultRecord& result);

 private:
  /// Of the answer that the recommender gave last.
  bus::Explanation explain();
  /// From the popular items, and where those are not enough from what the recommender gave last and the catalogue.
  void answer_popular(const bus::RequestRecord& request, bus::ResultRecord& result) const;

  const versions::Slot& models_;
  const catalogue::CatalogueCache& catalogues_;
  const catalogue::PopularItems& popular_;

  // As renew() found it; shared with whoever else uses it while newer ones take its place.
  std::shared_ptr<const recommend::Model> model_;
  std::shared_ptr<const catalogue::Catalogue> catalogue_;
  std::shared_ptr<const std::vector<base::ScoredId>> popular_items_;

  std::unique_ptr<recommend::Recommender> recommender_;  // null without a model
  std::unique_ptr<catalogue::ItemFilter> filter_;        // of model_ and catalogue_
  std::unique_ptr<recommend::Answer> answer_;            // its memory is used again
  std::vector<std::span<const base::ItemIndex>> only_;
};

}  // namespace sasrec::serving
