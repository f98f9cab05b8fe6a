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
class PopularItems;
class ModelRegistry;
class TrainingStore;
struct SimilarItems;
struct RequestMessage;
struct ResultMessage;
}  // namespace sasrec::pipeline

namespace sasrec::http {

/// Something that must work before the service can do its job. `check` may block; it runs on the compute pool.
struct ReadinessCheck {
  std::string name;
  std::function<base::Result<void>()> check;
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
  pipeline::PopularItems& popular;
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
