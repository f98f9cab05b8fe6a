#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/popular_items.hpp"
#include "http/services.hpp"
#include "versions/loader.hpp"

namespace sasrec::apps {

/// Whether the parts that answers are made of are there: the catalogue, what is popular, and the model. Before that an
/// answer would be a worse one than a moment later. Thread-safe; all that it is given must outlive it.
class Readiness {
 public:
  Readiness(const catalogue::CatalogueCache& catalogue, const catalogue::PopularItems& popular,
            const versions::Loader& loader)
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

  const catalogue::CatalogueCache& catalogue_;
  const catalogue::PopularItems& popular_;
  const versions::Loader& loader_;
};

}  // namespace sasrec::apps
