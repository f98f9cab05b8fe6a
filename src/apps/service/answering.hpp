#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "apps/service/core.hpp"
#include "apps/service/readiness.hpp"
#include "apps/service/threads.hpp"
#include "base/ids.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/popular_items.hpp"
#include "serving/similar_items.hpp"
#include "versions/listener.hpp"
#include "versions/loader.hpp"
#include "versions/slot.hpp"

namespace sasrec::apps {

/// What answers are made of, kept up to date by its own threads: the model, the catalogue and the popular items. For
/// the roles api and worker.
class Answering {
 public:
  /// `on_served` is called with each version that this process begins to serve.
  Answering(Core& core, std::function<void(const std::string& version)> on_served);

  void start();
  void stop() { threads_.stop(); }

  versions::Slot& models() { return models_; }
  catalogue::CatalogueCache& catalogue() { return catalogue_; }
  catalogue::PopularItems& popular() { return popular_; }
  const Readiness& readiness() const { return readiness_; }

  std::vector<base::ScoredId> popular_answer(std::size_t k) const;
  base::Result<serving::SimilarItems> similar(std::string_view item, std::size_t k) const;

 private:
  versions::Slot models_;
  catalogue::CatalogueCache catalogue_;
  catalogue::PopularItems popular_;
  versions::Loader loader_;
  versions::Listener listener_;
  Readiness readiness_;
  Threads threads_;
};

}  // namespace sasrec::apps
