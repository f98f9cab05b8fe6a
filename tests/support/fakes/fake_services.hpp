#pragma once

#include <atomic>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/popular_items.hpp"
#include "http/services.hpp"
#include "serving/event_ring.hpp"
#include "serving/intake.hpp"
#include "serving/popular_answer.hpp"
#include "serving/result_hub.hpp"
#include "serving/similar_items.hpp"
#include "support/fakes/fake_bus.hpp"
#include "support/fakes/fake_catalogue_store.hpp"
#include "support/fakes/fake_interaction_store.hpp"
#include "support/fakes/fake_key_store.hpp"
#include "support/fakes/fake_recommendation_store.hpp"
#include "support/fakes/fake_training_store.hpp"
#include "support/temporary_folder.hpp"
#include "telemetry/metrics.hpp"
#include "versions/registry.hpp"

namespace sasrec::test {

/// What an HTTP server needs behind it: fakes of the bus and of all stores, and the real parts built on them. The
/// answers that a model would give are functions, set before the server starts.
struct FakeServices {
  FakeServices() = default;
  FakeServices(const FakeServices&) = delete;
  FakeServices& operator=(const FakeServices&) = delete;
  ~FakeServices() = default;

  http::Services services() {
    const auto has_model = [this] {
      return serves_model.load();
    };
    http::ApiServices api{
        .recommendations = {.intake = intake,
                            .results = hub,
                            .store = recommendations,
                            .events = events,
                            .catalogue = catalogue,
                            .serves_model = has_model},
        .data = {.interactions = interactions,
                 .items = items,
                 .catalogue = catalogue,
                 .serves_model = has_model,
                 .popular =
                     [this](std::size_t k) {
                       return serving::popular_answer(k, *popular.get(), nullptr, *catalogue.get()).items;
                     },
                 .similar = [this](std::string_view item, std::size_t k) { return similar(item, k); },
                 .metrics = metrics},
        .models = {.registry = models,
                   .training = training,
                   .interactions = interactions,
                   .catalogue = catalogue,
                   .recommend_with =
                       [this](std::string_view version, const bus::RequestRecord& request) {
                         return recommend_with(version, request);
                       }},
        .loaded = [this] {
          return loaded();
        }};
    return {.operations = {.metrics = metrics, .readiness = readiness}, .keys = keys, .api = std::move(api)};
  }

  telemetry::Metrics metrics;
  FakeBus bus;
  FakeRecommendationStore recommendations;
  FakeInteractionStore interactions;
  FakeCatalogueStore items;
  FakeKeyStore keys;
  FakeTrainingStore training;
  serving::EventRing events;
  serving::ResultHub hub{bus, {.events = &events}};
  serving::Intake::Options intake_options;
  serving::Intake intake{recommendations, bus, hub, metrics, intake_options};
  catalogue::CatalogueCache catalogue{items};
  catalogue::PopularItems popular{interactions};
  TemporaryFolder checkpoints;
  versions::Registry models{checkpoints.path(), training, &bus};
  std::function<base::Result<serving::SimilarItems>(std::string_view, std::size_t)> similar;
  std::function<base::Result<bus::ResultRecord>(std::string_view, const bus::RequestRecord&)> recommend_with;
  std::function<base::Result<void>()> loaded = [] {
    return base::Result<void>();
  };
  std::atomic<bool> serves_model = true;
  std::vector<http::ReadinessCheck> readiness;
};

}  // namespace sasrec::test
