#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::telemetry {
class Metrics;
}
namespace sasrec::base {
struct ScoredId;
}
namespace sasrec::bus {
struct RequestRecord;
struct ResultRecord;
}  // namespace sasrec::bus
namespace sasrec::catalogue {
class CatalogueCache;
class CatalogueStore;
}  // namespace sasrec::catalogue
namespace sasrec::retraining {
class TrainingStore;
}
namespace sasrec::serving {
class EventRing;
class Intake;
class InteractionStore;
class RecommendationStore;
class ResultHub;
struct SimilarItems;
}  // namespace sasrec::serving
namespace sasrec::versions {
class Registry;
}

namespace sasrec::http {

class KeyStore;

/// Something that must work before the service can do its job. `check` may block; it runs on the compute pool. It
/// returns what there is to say of a part that is ready, as a rule nothing; an error: the part isn't ready.
struct ReadinessCheck {
  std::string name;
  std::function<base::Result<std::string>()> check;
};

/// For the handlers of recommendations and of the stream.
struct RecommendationServices {
  serving::Intake& intake;
  serving::ResultHub& results;
  serving::RecommendationStore& store;
  const serving::EventRing& events;
  const catalogue::CatalogueCache& catalogue;
  std::function<bool()> serves_model;
};

/// For the handlers of interactions, users and items.
struct DataServices {
  serving::InteractionStore& interactions;
  catalogue::CatalogueStore& items;
  catalogue::CatalogueCache& catalogue;
  std::function<bool()> serves_model;
  std::function<std::vector<base::ScoredId>(std::size_t k)> popular;  ///< available ones; may take a look at all
  /// The k most similar items that are available.
  std::function<base::Result<serving::SimilarItems>(std::string_view item, std::size_t k)> similar;
  telemetry::Metrics& metrics;
};

/// For the handlers of model versions and training runs.
struct ModelServices {
  versions::Registry& registry;
  retraining::TrainingStore& training;
  serving::InteractionStore& interactions;
  const catalogue::CatalogueCache& catalogue;
  /// What a named version of the model answers; may take as long as loading it, on the compute pool.
  std::function<base::Result<bus::ResultRecord>(std::string_view version, const bus::RequestRecord&)> recommend_with;
};

/// For the handlers that report how the process is.
struct OperationServices {
  telemetry::Metrics& metrics;
  std::vector<ReadinessCheck> readiness;
};

/// Behind the routes of the API, by family of handlers: each handler gets its family alone.
struct ApiServices {
  RecommendationServices recommendations;
  DataServices data;
  ModelServices models;
  /// Whether what answers are made of (catalogue, popular items, model) has been loaded once; else what is missing.
  std::function<base::Result<void>()> loaded;
};

/// All that the server uses of the rest of the service. What is referred to outlives the server.
struct Services {
  OperationServices operations;
  KeyStore& keys;
  std::optional<ApiServices> api;  ///< none: the server has the routes of operations() alone
};

}  // namespace sasrec::http
