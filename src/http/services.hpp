#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::telemetry {
class Metrics;
}
namespace sasrec::pipeline {
class Intake;
class ResultHub;
class EventRing;
class RecommendationStore;
class InteractionStore;
class CatalogueStore;
class KeyStore;
class CatalogueCache;
class ModelRegistry;
class TrainingStore;
struct SimilarItems;
struct RequestMessage;
struct ResultMessage;
struct ScoredId;
}  // namespace sasrec::pipeline

namespace sasrec::http {

/// Something that must work before the service can do its job. `check` may block; it runs on the compute pool. It
/// returns what there is to say of a part that is ready, as a rule nothing; an error: the part isn't ready.
struct ReadinessCheck {
  std::string name;
  std::function<base::Result<std::string>()> check;
};

/// All that the server uses of the rest of the service. What is referred to outlives the server.
struct Services {
  pipeline::Intake& intake;
  pipeline::ResultHub& results;
  const pipeline::EventRing& events;
  pipeline::RecommendationStore& recommendations;
  pipeline::InteractionStore& interactions;
  pipeline::CatalogueStore& items;
  pipeline::KeyStore& keys;
  pipeline::CatalogueCache& catalogue;
  /// Whether what answers are made of (catalogue, popular items, model) has been loaded once; else what is missing.
  std::function<base::Result<void>()> loaded;
  std::function<bool()> serves_model;
  std::function<std::vector<pipeline::ScoredId>(std::size_t k)> popular;  ///< available ones; may take a look at all
  std::function<base::Result<pipeline::SimilarItems>(std::string_view item, std::size_t k)> similar;
  /// What a named version of the model answers; may take as long as loading it, on the compute pool.
  std::function<base::Result<pipeline::ResultMessage>(std::string_view version, const pipeline::RequestMessage&)>
      recommend_with;
  pipeline::ModelRegistry& models;
  pipeline::TrainingStore& training;
  telemetry::Metrics& metrics;
  std::vector<ReadinessCheck> readiness;
};

}  // namespace sasrec::http
