#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "http/services.hpp"
#include "pipeline/catalogue.hpp"
#include "pipeline/model_loader.hpp"
#include "pipeline/popular_items.hpp"

namespace sasrec::apps {

/// Whether the parts that answers are made of are there: the catalogue, what is popular, and the model. Before that an
/// answer would be a worse one than a moment later. Thread-safe; all that it is given must outlive it.
class Readiness {
 public:
  Readiness(const pipeline::CatalogueCache& catalogue, const pipeline::PopularItems& popular,
            const pipeline::ModelLoader& loader)
      : catalogue_(catalogue), popular_(popular), loader_(loader) {}

  /// kUnavailable: a part is still loading, the message says which. Once it succeeds it always does. A model that can't
  /// be served is not waited for.
  base::Result<void> loaded() const;

  /// Returns once all is loaded: true; or at `stop`: false.
  bool wait(const std::stop_token& stop) const;

  /// A check for each part, for /readyz.
  std::vector<http::ReadinessCheck> checks() const;

 private:
  /// What an operator should know of the model; nothing where the one that is wanted is served.
  base::Result<std::string> check_model() const;

  const pipeline::CatalogueCache& catalogue_;
  const pipeline::PopularItems& popular_;
  const pipeline::ModelLoader& loader_;
};

}  // namespace sasrec::apps
